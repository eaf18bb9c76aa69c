/* Chapter 6, engine: `images`: what is in the store. */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "format.h"
#include "image.h"
#include "reference.h"
#include "template.h"

/* The form in which each image is printed. */
struct listing {
	bool quiet, whole;
	const char *format;
};

static int id_length(const struct listing *listing)
{
	return listing->whole ? DIGEST_SIZE - 1 : 12;
}

/* A whole ID is shown with the name of its algorithm. */
static const char *id_of(const struct image *image, int length)
{
	return length > DIGEST_HEX ? image->id.text : digest_hex(&image->id);
}

/* In JSON, the numbers are as they are. Templates have them as Docker's table shows them. */
static json_t *describe(const struct image *image, const char *name, const char *tag,
			const struct listing *listing)
{
	json_t *object =
		json_pack("{ss, ss, ss, ss, ss*, sI, si}", "Id", image->id.text, "Repository", name,
			  "Tag", tag, "Digest", image->manifest.text, "Created", image->created,
			  "Size", (json_int_t)image_size(image), "Layers", (int)image->layer_count);
	const int length = id_length(listing);
	char age[FORMAT_SIZE], size[FORMAT_SIZE];

	if (template_is_word(listing->format))
		return object;
	format_age(image->created, age);
	format_bytes(image_size(image), size);
	json_object_set_new(object, "ID", json_stringn(id_of(image, length), (size_t)length));
	json_object_set_new(object, "CreatedSince", json_string(age));
	json_object_set_new(object, "CreatedAt", json_string(image->created ? image->created : ""));
	json_object_set_new(object, "Size", json_string(size));
	return object;
}

static int print_row(const struct image *image, const char *name, const char *tag, int length)
{
	char age[FORMAT_SIZE], size[FORMAT_SIZE];

	format_age(image->created, age);
	format_bytes(image_size(image), size);
	return format_row("%-24s %-12s %-*.*s %-16s %s", name, tag, length, length,
			  id_of(image, length), age, size);
}

static int print_one(const struct image *image, const struct index_entry *entry,
		     const struct listing *listing)
{
	const int length = id_length(listing);
	const char *tag = NULL;
	autofree char *name = NULL;
	json_t *object;
	int result;

	if (asprintf(&name, "%.*s", entry->name ? reference_split(entry->name, &tag) : 6,
		     entry->name ? entry->name : "<none>") < 0)
		return fail("asprintf");
	tag = tag ? tag : "<none>";
	if (listing->quiet)
		return format_row("%.*s", length, id_of(image, length));
	if (strcmp(listing->format, "table") == 0)
		return print_row(image, name, tag, length);
	object = describe(image, name, tag, listing);
	result = template_print(listing->format, object, true);
	json_decref(object);
	return result;
}

/* An image of which something is damaged does not hide the others. */
static int print_all(const struct store *store, const struct listing *listing)
{
	autoindex struct index index = { 0 };
	struct image image;

	if (index_read(store, &index) < 0)
		return -1;
	if (strcmp(listing->format, "table") == 0 && !listing->quiet)
		printf("%-24s %-12s %-*s %-16s %s\n", "REPOSITORY", "TAG", id_length(listing),
		       "IMAGE ID", "CREATED", "SIZE");
	for (size_t i = 0; i < index_count(&index); i++) {
		const struct index_entry entry = index_entry(&index, i);

		if (image_read(store, &entry.manifest, &image) < 0) {
			fail_warn("%s: %s", entry.name ? entry.name : entry.manifest.text,
				  fail_get()->text);
			fail_forget();
		} else if (print_one(&image, &entry, listing) < 0) {
			return -1;
		}
	}
	return fflush(stdout) < 0 ? fail("write the list") : 0;
}

static int images(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	struct listing listing = { .format = "table" };
	const struct verb_option options[] = {
		{ "quiet", 'q', NULL, VALUE_NONE, &listing.quiet, "Print only the IDs" },
		{ "no-trunc", 0, NULL, VALUE_NONE, &listing.whole, "Print the IDs whole" },
		{ "format", 0, "FORMAT", VALUE_TEXT, &listing.format, TEMPLATE_HELP },
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;

	if (!verb_read(verb, options, words, 0, 0) ||
	    template_check("images", listing.format) < 0 || engine_open(path, &store) < 0)
		return -1;
	return print_all(&store, &listing);
}

const struct verb engine_images = {
	"images", "", "List the images", STATUS_FAILED, images,
};
