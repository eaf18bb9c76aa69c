/* Chapter 6, engine: `images`: what is in the store. */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "format.h"
#include "image.h"
#include "reference.h"

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_IDS };

static json_t *describe(const struct image *image, const char *name, const char *tag)
{
	return json_pack("{ss, ss, ss, ss, ss*, sI, si}", "Id", image->id.text, "Repository", name,
			 "Tag", tag, "Digest", image->manifest.text, "Created", image->created,
			 "Size", (json_int_t)image_size(image), "Layers", (int)image->layer_count);
}

/* A whole ID is shown with the name of its algorithm. */
static const char *id_of(const struct image *image, int length)
{
	return length > DIGEST_HEX ? image->id.text : digest_hex(&image->id);
}

static int print_row(const struct image *image, const char *name, const char *tag, int id_length)
{
	char age[FORMAT_SIZE], size[FORMAT_SIZE];

	format_age(image->created, age);
	format_bytes(image_size(image), size);
	return format_row("%-24s %-12s %-*.*s %-16s %s", name, tag, id_length, id_length,
			  id_of(image, id_length), age, size);
}

static int print_one(const struct image *image, const struct index_entry *entry, enum format format,
		     int id_length)
{
	const char *tag = NULL;
	autofree char *name = NULL;
	json_t *object;

	if (asprintf(&name, "%.*s", entry->name ? reference_split(entry->name, &tag) : 6,
		     entry->name ? entry->name : "<none>") < 0)
		return fail("asprintf");
	tag = tag ? tag : "<none>";
	if (format == FORMAT_TABLE)
		return print_row(image, name, tag, id_length);
	if (format == FORMAT_IDS)
		return format_row("%.*s", id_length, id_of(image, id_length));
	object = describe(image, name, tag);
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
	return 0;
}

/* An image of which something is damaged does not hide the others. */
static int print_all(const struct store *store, enum format format, int id_length)
{
	autoindex struct index index = { 0 };
	struct image image;

	if (index_read(store, &index) < 0)
		return -1;
	if (format == FORMAT_TABLE)
		printf("%-24s %-12s %-*s %-16s %s\n", "REPOSITORY", "TAG", id_length, "IMAGE ID",
		       "CREATED", "SIZE");
	for (size_t i = 0; i < index_count(&index); i++) {
		const struct index_entry entry = index_entry(&index, i);

		if (image_read(store, &entry.manifest, &image) < 0) {
			fail_warn("%s: %s", entry.name ? entry.name : entry.manifest.text,
				  fail_get()->text);
			fail_forget();
		} else if (print_one(&image, &entry, format, id_length) < 0) {
			return -1;
		}
	}
	return fflush(stdout) < 0 ? fail("write the list") : 0;
}

static int images(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *format = "table";
	bool quiet = false, whole = false;
	const struct verb_option options[] = {
		{ "quiet", 'q', NULL, VALUE_NONE, &quiet, "Print only the IDs" },
		{ "no-trunc", 0, NULL, VALUE_NONE, &whole, "Print the IDs whole" },
		{ "format", 0, "FORMAT", VALUE_TEXT, &format,
		  "Print a table, or json: an object a line" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;
	bool is_json;

	if (!verb_read(verb, options, words, 0, 0))
		return -1;
	is_json = strcmp(format, "json") == 0;
	if (!is_json && strcmp(format, "table") != 0)
		return fail_input("images --format %s: must be table or json", format);
	if (engine_open(path, &store) < 0)
		return -1;
	return print_all(&store,
			 quiet		   ? FORMAT_IDS
				 : is_json ? FORMAT_JSON
					   : FORMAT_TABLE,
			 whole ? DIGEST_SIZE - 1 : 12);
}

const struct verb engine_images = {
	"images", "", "List the images", STATUS_FAILED, images,
};
