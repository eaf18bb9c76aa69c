/* Chapter 6, engine: `cp`: files into containers and out of them. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "copy.h"
#include "engine.h"
#include "fail.h"
#include "reach.h"
#include "record.h"

/* Returns what follows "CONTAINER:", and ends the name there; NULL: the word is a path. */
static char *split(char *word)
{
	char *colon = *word == '/' || *word == '.' ? NULL : strchr(word, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

/* The ids that the container knows, and those on its disk, are others than the host's. */
static int refuse_archive(const struct reach *reach, bool keep)
{
	if (!keep || (!reach->uid && !reach->gid))
		return 0;
	return fail_input("cp --archive: the files of the container belong to users of its own: "
			  "leave it out, or, "
			  "if the container runs, stop it first");
}

/* Opens the container's files. `is_writable`: files are copied into it. */
static int open_files(struct record *record, bool is_writable, bool keep, struct reach *reach)
{
	struct image image;
	int running;

	if (record_image(record, &image) < 0)
		return -1;
	running = reach_running(record, reach);
	if (running < 0)
		return -1;
	if (!running) {
		/*
		 * The kernel wants nobody else to change the upper directory while an overlay is
		 * mounted.
		 */
		if (is_writable && record_hold(record) < 0)
			return -1;
		if (reach_ended(record, &image, is_writable, reach) < 0)
			return -1;
	}
	return refuse_archive(reach, keep);
}

static int copy_out(const struct reach *reach, const char *inside, const char *outside, bool keep)
{
	const struct copy_owner ours = { geteuid(), getegid(), .is_others = true };
	const struct copy_place target = { .path = outside, .is_host = true };
	const struct copy_place source = { .root = reach->root, .path = inside };

	return copy(&source, &target, false, keep ? NULL : &ours);
}

static int copy_in(const struct reach *reach, const char *inside, const char *outside, bool keep)
{
	const struct copy_owner roots = { .uid = reach->uid, .gid = reach->gid };
	const struct copy_place source = { .path = outside, .is_host = true };
	const struct copy_place target = { .root = reach->root, .path = inside };

	return copy(&source, &target, false, keep ? NULL : &roots);
}

static int cp(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	bool keep = false;
	const struct verb_option options[] = {
		{ "archive", 'a', NULL, VALUE_NONE, &keep, "Keep the owners of the files" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 2, 2);
	char *from = operands ? split(operands[0]) : NULL;
	char *to = operands && !from ? split(operands[1]) : NULL;
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;
	autoreach struct reach reach = REACH_NONE;

	if (!operands)
		return -1;
	if (!from && !to)
		return fail_input("cp: one of both must be CONTAINER:PATH");
	if (reach_begin(&reach) < 0)
		return -1;
	if (engine_open(path, &store) < 0)
		return -1;
	if (record_open(&store, operands[from ? 0 : 1], &record) < 0)
		return -1;
	if (open_files(&record, to != NULL, keep, &reach) < 0)
		return -1;
	if (from)
		return copy_out(&reach, from, operands[1], keep);
	return copy_in(&reach, to, operands[0], keep);
}

const struct verb engine_cp = {
	"cp",
	"[CONTAINER:]PATH [CONTAINER:]PATH",
	"Copy files between a container and the host",
	STATUS_FAILED,
	cp,
};
