/*
 * Chapter 6, engine: .containerignore or .dockerignore: what COPY and ADD leave out of the context.
 *
 * Source: Docker's Dockerfile reference, ".dockerignore file"; Go's filepath.Match.
 */
#ifndef STEPS_IGNORE_H
#define STEPS_IGNORE_H

#include <stddef.h>

#include "copy_tree.h"

/* The patterns, in their order: the last one that fits decides. */
struct ignore {
	struct ignore_pattern {
		char *text;
		int is_exception; /* it begins with "!" */
	} * patterns;
	size_t count;
};

/* Reads the file in the open directory; there may be none. Returns 0 or -1. */
int ignore_read(int context, struct ignore *ignore);

/* Decides about a path below the context, without "/" at its beginning. `ignore` is the data. */
enum copy_choice ignore_choose(const void *ignore, const char *path);

#endif
