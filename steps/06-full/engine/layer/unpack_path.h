/*
 * Chapter 6, engine: where an entry of an archive goes. The archive may be hostile, so a path is
 * never given to a call that follows links: the entry's directory is opened below the layer's root
 * by openat2(2), and the entry is made in it by its last component.
 *
 * Source: openat2(2), RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV.
 */
#ifndef STEPS_UNPACK_PATH_H
#define STEPS_UNPACK_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "layer.h"

/*
 * The layer's root, and the directory that was opened last: entries of one directory mostly follow
 * each other. A directory's times change with each file that is made in it. The times that it had
 * are kept while it is open, and put back when it is left.
 */
struct unpack_path {
	int root;
	bool userxattr;
	uint64_t entries_left; /* missing parents are entries, too */
	int parent;	       /* -1: none is open */
	char name[PATH_MAX];   /* of `parent`, "" is the root */
	struct timespec times[2];
};

/*
 * Writes the name of an entry without "./", "//" and the "/" at its end to `path`, which has
 * PATH_MAX bytes; the root itself is "". Returns 0 or -1: an absolute name, a name with "..", or
 * one that is too long.
 */
int unpack_path_clean(const char *raw, char *path);

/*
 * Opens the directory of `path`, and sets *name to the last component of `path`. Missing
 * directories are made, with mode 0755 and owner root. Returns a descriptor, which stays open until
 * the next call for another directory, or -1.
 */
int unpack_path_parent(struct unpack_path *place, const char *path, const char **name);

/* As unpack_path_parent(), but a missing directory is ENOENT, without a message. The caller closes.
 */
int unpack_path_open_parent(const struct unpack_path *place, const char *path, const char **name);

/* Closes the open directory, and puts its times back. Returns 0 or -1. */
int unpack_path_leave(struct unpack_path *place);

/* Counts one entry. Returns 0, or -1: the limit is reached. */
int unpack_path_count(struct unpack_path *place);

#endif
