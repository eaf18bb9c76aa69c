/* Chapter 6, engine: `history`, `tag`, `rmi` and `image`: one image. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "format.h"
#include "image.h"
#include "reference.h"
#include "remove.h"
#include "template.h"

/* Fills `image`, and the number of its entry. */
static int find(const struct store *store, const char *text, struct index *index, size_t *number,
		struct image *image)
{
	return index_read(store, index) < 0 ? -1 : image_get(index, text, number, image);
}

/* ---- history ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The form in which each step is printed. */
struct listing {
	bool whole;
	const char *format;
};

static int print_step(const json_t *step, uint64_t bytes, const struct listing *listing)
{
	const char *by = text_of(step, "created_by"), *comment = text_of(step, "comment");
	const int most = listing->whole ? -1 : 60;
	char age[FORMAT_SIZE], size[FORMAT_SIZE];
	json_t *object;
	int result;

	format_age(text_of(step, "created"), age);
	format_bytes(bytes, size);
	if (strcmp(listing->format, "table") == 0)
		return format_row("%-16s %-10s %.*s", age, size, most, *by ? by : comment);
	object = json_pack("{ss, ss, ss, ss, ss}", "CreatedSince", age, "CreatedAt",
			   text_of(step, "created"), "CreatedBy", by, "Size", size, "Comment",
			   comment);
	result = template_print(listing->format, object, true);
	json_decref(object);
	return result;
}

/* Steps without a layer have no size. The newest step comes first. */
static int print_history(const struct image *image, const struct listing *listing)
{
	const json_t *history = json_object_get(image->config_json, "history");
	size_t layer = image->layer_count;

	if (strcmp(listing->format, "table") == 0)
		printf("%-16s %-10s %s\n", "CREATED", "SIZE", "CREATED BY");
	for (size_t i = json_array_size(history); i-- > 0;) {
		const json_t *step = json_array_get(history, i);
		bool is_empty = json_is_true(json_object_get(step, "empty_layer"));
		uint64_t bytes = is_empty || !layer ? 0 : image->layers[--layer].size;

		if (print_step(step, bytes, listing) < 0)
			return -1;
	}
	return fflush(stdout) < 0 ? fail("write the history") : 0;
}

static int history(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	struct listing listing = { .format = "table" };
	const struct verb_option options[] = {
		{ "no-trunc", 0, NULL, VALUE_NONE, &listing.whole, "Print the commands whole" },
		{ "format", 0, "FORMAT", VALUE_TEXT, &listing.format, TEMPLATE_HELP },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);
	autostore struct store store = STORE_CLOSED;
	autoindex struct index index = { 0 };
	struct image image;
	size_t number;

	if (!operands || template_check("history", listing.format) < 0 ||
	    engine_open(path, &store) < 0)
		return -1;
	if (find(&store, operands[0], &index, &number, &image) < 0)
		return -1;
	return print_history(&image, &listing);
}

const struct verb engine_history = {
	"history", "IMAGE", "List the steps that made an image", STATUS_FAILED, history,
};

/* ---- tag ---- */

static int tag(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	const struct verb_option options[] = { ENGINE_STORE(&path), { 0 } };
	char **operands = verb_read(verb, options, words, 2, 2);
	autostore struct store store = STORE_CLOSED;
	autoindex struct index index = { 0 };
	autofree char *name = operands ? reference_read(operands[1]) : NULL;
	autofd int lock = -1;
	size_t number;

	if (!name || engine_open(path, &store) < 0)
		return -1;
	lock = store_lock(&store, true);
	if (lock < 0 || index_read(&store, &index) < 0)
		return -1;
	if (image_find(&index, operands[0], false, &number) < 0)
		return -1;
	if (index_tag(&index, number, name) < 0)
		return -1;
	return index_write(&index);
}

const struct verb engine_tag = {
	"tag", "IMAGE NAME[:TAG]", "Give an image one more name", STATUS_FAILED, tag,
};

/* ---- rmi ---- */

static int rmi(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	bool force = false;
	const struct verb_option options[] = {
		{ "force", 'f', NULL, VALUE_NONE, &force,
		  "Also an image with several names, or that a container uses" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	int result = 0;

	if (!operands || engine_open(path, &store) < 0)
		return -1;
	/* An image that cannot go does not hold up the others. */
	for (; *operands; operands++) {
		if (remove_image(&store, *operands, force) == 0)
			continue;
		result = fail_report();
	}
	return result;
}

const struct verb engine_rmi = {
	"rmi",	       "IMAGE...", "Take a name from an image, with the last one the image goes",
	STATUS_FAILED, rmi,
};

/* ---- image ---- */

static json_t *describe(const struct index *index, size_t number, const struct image *image)
{
	const struct index_entry own = index_entry(index, number);
	json_t *names = json_array();

	for (size_t i = 0; i < index_count(index); i++) {
		const struct index_entry entry = index_entry(index, i);

		if (entry.name && digest_is_same(&entry.manifest, &own.manifest))
			json_array_append_new(names, json_string(entry.name));
	}
	return json_pack("{ss, so, ss, ss*, ss, ss, sI, sO*, sO*}", "Id", image->id.text,
			 "RepoTags", names, "Digest", image->manifest.text, "Created",
			 image->created, "Architecture", image->architecture, "Os", image->os,
			 "Size", (json_int_t)image_size(image), "Config",
			 json_object_get(image->config_json, "config"), "RootFS",
			 json_object_get(image->config_json, "rootfs"));
}

static int inspect(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *format = "json";
	const struct verb_option options[] = { TEMPLATE_OPTION(&format),
					       ENGINE_STORE(&path),
					       { 0 } };
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	json_t *list = json_array();
	struct image image;
	size_t number;

	if (!operands || template_check("image inspect", format) < 0 ||
	    engine_open(path, &store) < 0)
		return -1;
	for (; *operands; operands++) {
		autoindex struct index index = { 0 };

		if (find(&store, *operands, &index, &number, &image) < 0)
			return -1;
		json_array_append_new(list, describe(&index, number, &image));
	}
	return template_print_list(format, list);
}

static int prune(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	bool all = false, force = false;
	const struct verb_option options[] = {
		{ "all", 'a', NULL, VALUE_NONE, &all, "Also images with a name" },
		{ "force", 'f', NULL, VALUE_NONE, &force, "Docker's: nothing is asked here" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;
	char size[FORMAT_SIZE];
	uint64_t bytes;

	if (!verb_read(verb, options, words, 0, 0) || engine_open(path, &store) < 0)
		return -1;
	if (remove_unused(&store, all, &bytes) < 0)
		return -1;
	format_bytes(bytes, size);
	printf("Total reclaimed space: %s\n", size);
	return fflush(stdout) < 0 ? fail("write what was removed") : 0;
}

static const struct verb verb_inspect_image = {
	"image inspect", "IMAGE...", "Print what images are, as JSON", STATUS_FAILED, inspect,
};
static const struct verb verb_prune = {
	"image prune", "", "Remove images that no container uses", STATUS_FAILED, prune,
};

static const struct engine_subverb image_verbs[] = {
	{ "inspect", &verb_inspect_image }, { "prune", &verb_prune },	  { "ls", &engine_images },
	{ "history", &engine_history },	    { "tag", &engine_tag },	  { "rm", &engine_rmi },
	{ "pull", &engine_pull },	    { "push", &engine_push },	  { "load", &engine_load },
	{ "save", &engine_save },	    { "import", &engine_import }, { NULL, NULL },
};

static int image(const struct runtime *runtime, const struct verb *verb, char **words)
{
	return engine_run_subverb(runtime, verb, image_verbs, words);
}

const struct verb engine_image = {
	"image", "VERB ...", "The verbs of images: inspect, prune, ls, ...", STATUS_FAILED, image,
};
