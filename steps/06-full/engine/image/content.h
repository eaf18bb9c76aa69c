/*
 * Chapter 6, engine: the digest of a file, or of a directory with all that is in it: by content,
 * names and modes. Times and owners do not count. `build` looks by it whether it has copied the
 * same files before.
 */
#ifndef STEPS_CONTENT_H
#define STEPS_CONTENT_H

#include "copy_tree.h"
#include "digest.h"

/*
 * Adds a file that is open, also with O_PATH, and that has this name. What the filter leaves out of
 * a directory does not count. Returns 0 or -1.
 */
int content_hash(int fd, const char *name, const struct copy_filter *filter,
		 struct sha256_ctx *hash);

#endif
