/* Chapter 6, engine: `diff`, `export` and `commit`: what a container has changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "guard.h"
#include "format.h"
#include "make.h"
#include "output.h"
#include "publish.h"
#include "record.h"
#include "reference.h"
#include "settings.h"
#include "shifted.h"
#include "view.h"

/* Opens the container's record and image. */
static int find(const struct store *store, const char *text, struct record *record,
		struct image *image)
{
	if (record_open(store, text, record) < 0)
		return -1;
	return record_image(record, image);
}

/* ---- diff ---- */

static int print_change(enum change_kind kind, const char *path, void *none)
{
	(void)none;
	return format_row("%c %s", kind, path);
}

static int diff(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	const struct verb_option options[] = { ENGINE_STORE(&path), { 0 } };
	char **operands = verb_read(verb, options, words, 1, 1);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;
	autofd int upper = -1, below = -1;
	struct image image;

	if (!operands || engine_open(path, &store) < 0)
		return -1;
	if (find(&store, operands[0], &record, &image) < 0)
		return -1;
	upper = view_open_upper(&record);
	below = upper < 0 ? -1 : view_open_below(&record, &image);
	if (below < 0 || changes_find(upper, below, store.userxattr, print_change, NULL) < 0)
		return -1;
	return fflush(stdout) < 0 ? fail("write the changes") : 0;
}

const struct verb engine_diff = {
	"diff",	       "CONTAINER", "List what a container has Added, Changed and Deleted",
	STATUS_FAILED, diff,
};

/* ---- export ---- */

static int write_tree(const struct record *record, const struct image *image, const char *file)
{
	autofd int root = view_open(record, image);
	autooutput struct output output = OUTPUT_CLOSED;
	struct layer layer;

	if (root < 0 || output_open(file, &output) < 0)
		return -1;
	if (layer_pack_of(shifted_users(record), root, LAYER_TREE, record->store->userxattr,
			  LAYER_PLAIN, output.fd, &layer) < 0)
		return -1;
	return output_finish(&output);
}

static int export(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *file = NULL;
	const struct verb_option options[] = {
		{ "output", 'o', "FILE", VALUE_TEXT, &file,
		  "Write this file, not standard output" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;
	struct image image;

	if (!operands || guard_open(path, &store, "export", file) < 0)
		return -1;
	if (find(&store, operands[0], &record, &image) < 0)
		return -1;
	return write_tree(&record, &image, file);
}

const struct verb engine_export = {
	"export",      "CONTAINER", "Write all files of a container as a tar archive",
	STATUS_FAILED, export,
};

/* ---- commit ---- */

static int make_image(const struct record *record, struct image *image, const struct make *make,
		      char *const *names)
{
	autowork struct work work = WORK_NONE;
	autofd int upper = view_open_upper(record);
	struct layer layer;

	if (upper < 0 || work_begin(record->store, NULL, &work) < 0)
		return -1;
	if (image_hold(image, &work) < 0 ||
	    make_layer(&work, upper, shifted_users(record), &layer) < 0)
		return -1;
	if (settings_apply(record, image) < 0)
		return -1;
	if (make_step(image, &layer, make) < 0 || make_keep(&work, image) < 0)
		return -1;
	if (publish_image(&work, &image->manifest, names) < 0)
		return -1;
	puts(image->id.text);
	return fflush(stdout) < 0 ? fail("write the ID") : 0;
}

static int commit(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	struct verb_texts changes = { 0 };
	struct make make = { 0 };
	const struct verb_option options[] = {
		{ "author", 'a', "TEXT", VALUE_TEXT, &make.author, "Who made the image" },
		{ "message", 'm', "TEXT", VALUE_TEXT, &make.comment, "A comment for the history" },
		{ "change", 'c', "INSTRUCTION", VALUE_TEXTS, &changes,
		  "Change the configuration: CMD [\"sh\"], ENV A=B, ..." },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 2);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;
	autofree char *name = NULL, *command = NULL;
	char *names[] = { NULL, NULL };
	struct image image;

	if (!operands || guard_open(path, &store, "commit", NULL) < 0)
		return -1;
	if (find(&store, operands[0], &record, &image) < 0)
		return -1;
	if (operands[1]) {
		name = reference_read(operands[1]);
		if (!name)
			return -1;
		names[0] = name;
	}
	command = record_command(&record); /* `history` shows it as the maker of the layer */
	make.created_by = command;
	make.changes = (char *const *)changes.list;
	return make_image(&record, &image, &make, names);
}

const struct verb engine_commit = {
	"commit",
	"CONTAINER [NAME[:TAG]]",
	"Make an image of what a container has changed",
	STATUS_FAILED,
	commit,
};
