/* Chapter 6, engine: `cp`: files into a container that has ended, and out of any. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "copy.h"
#include "engine.h"
#include "fail.h"
#include "record.h"
#include "setup.h"
#include "view.h"

/* Returns what follows "CONTAINER:", and ends the name there; NULL: the word is a path. */
static char *split(char *word)
{
	char *colon = *word == '/' || *word == '.' ? NULL : strchr(word, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static int copy_out(struct record *record, const struct image *image, const char *inside,
		    const char *outside, bool keep)
{
	const struct copy_owner ours = { geteuid(), getegid(), .is_others = true };
	autofd int root = view_open(record, image);
	const struct copy_place source = { .root = root, .path = inside };
	const struct copy_place target = { .path = outside, .is_host = true };

	return root < 0 ? -1 : copy(&source, &target, false, keep ? NULL : &ours);
}

/* The kernel wants nobody else to change the upper directory while an overlay is mounted. */
static int copy_in(struct record *record, const struct image *image, const char *inside,
		   const char *outside, bool keep)
{
	static struct config config;
	const struct copy_owner root_user = { 0 };
	const struct copy_place source = { .path = outside, .is_host = true };
	struct copy_place target = { .path = inside };
	autofd int root = -1;

	if (record_hold(record) < 0)
		return -1;
	if (setup_rootfs(record, image, &config) < 0)
		return -1;
	config.overlay.is_brief = false; /* the mark of "volatile" would forbid the next mount */
	root = overlay_mount(&config.overlay);
	if (root < 0)
		return -1;
	target.root = root;
	return copy(&source, &target, false, keep ? NULL : &root_user);
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
