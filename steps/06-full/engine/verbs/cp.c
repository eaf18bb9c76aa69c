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

static int copy_out(const struct record *record, const struct image *image, const char *inside,
		    const char *outside, bool keep)
{
	const struct copy_owner ours = { geteuid(), getegid(), .is_others = true };
	const struct copy_place target = { .path = outside, .is_host = true };
	struct copy_place source = { .path = inside };
	autoreach struct reach reach = REACH_NONE;
	/* Without root, another user namespace is out of reach: its volumes are not seen. */
	int running = record->store->userxattr ? 0 : reach_running(record, &reach);

	if (running < 0)
		return -1;
	if (!running && reach_ended(record, image, false, &reach) < 0)
		return -1;
	if (refuse_archive(&reach, keep) < 0)
		return -1;
	source.root = reach.root;
	return copy(&source, &target, false, keep ? NULL : &ours);
}

static int copy_in(struct record *record, const struct image *image, const char *inside,
		   const char *outside, bool keep)
{
	const struct copy_place source = { .path = outside, .is_host = true };
	struct copy_place target = { .path = inside };
	struct copy_owner owner = { 0 };
	autoreach struct reach reach = REACH_NONE;
	int running = 0;

	if (!record->store->userxattr)
		running = reach_running(record, &reach);
	else if (record_is_running(record))
		return fail_input("the container %s is running: without root, cp into it is "
				  "possible only when it has ended",
				  record_name(record));
	if (running < 0)
		return -1;
	/* The kernel wants nobody else to change the upper directory while an overlay is mounted.
	 */
	if (!running && (record_hold(record) < 0 || reach_ended(record, image, true, &reach) < 0))
		return -1;
	if (refuse_archive(&reach, keep) < 0)
		return -1;
	target.root = reach.root;
	owner.uid = reach.uid;
	owner.gid = reach.gid;
	return copy(&source, &target, false, keep ? NULL : &owner);
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
	struct image image;

	if (!operands)
		return -1;
	if (!from && !to)
		return fail_input("cp: one of both must be CONTAINER:PATH");
	if (engine_open(path, &store) < 0)
		return -1;
	if (record_open(&store, operands[from ? 0 : 1], &record) < 0)
		return -1;
	if (record_image(&record, &image) < 0)
		return -1;
	if (from)
		return copy_out(&record, &image, from, operands[1], keep);
	return copy_in(&record, &image, to, operands[0], keep);
}

const struct verb engine_cp = {
	"cp",
	"[CONTAINER:]PATH [CONTAINER:]PATH",
	"Copy files between a container and the host",
	STATUS_FAILED,
	cp,
};
