/*
 * Chapter 6, engine: the names in a directory, in the order of their bytes.
 *
 * A directory may have a million entries. So the names are read in batches: each reads the whole
 * directory again, and keeps only the first names behind those of the batch before.
 */
#ifndef STEPS_SORTED_NAMES_H
#define STEPS_SORTED_NAMES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct sorted_names {
	char **list;
	size_t count, room, bytes;
	bool is_last;		  /* no name follows this batch */
	char after[NAME_MAX + 1]; /* the last name of the batch before */
};

/*
 * Reads the next batch of names of the directory, but for "." and ".."; `names` is all zeros before
 * the first one. Returns 0, or -1 with errno and no message.
 */
int sorted_names_read(int directory, struct sorted_names *names);

void sorted_names_free(struct sorted_names *names);

#endif
