/*
 * Chapter 6, engine: where a sparse file has data.
 *
 * Source: lseek(2), SEEK_DATA; GNU tar manual, "PAX Format, Version 1.0".
 */
#ifndef STEPS_SPARSE_H
#define STEPS_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

struct sparse_extent {
	off_t offset, length;
};

struct sparse_map {
	struct sparse_extent *extents;
	size_t count;
	off_t stored; /* bytes of all extents */
};

/* True if the file has fewer blocks than its size asks for. */
bool sparse_has_holes(const struct stat *status);

/*
 * Finds the data of the open file. A hole is a run of zeros: where a file system keeps holes
 * depends on its blocks and on what it has written already, what a file contains does not. So the
 * same content has the same map. Returns 0 or -1. The caller frees `extents`.
 */
int sparse_find(int fd, off_t size, struct sparse_map *map, const char *path);

#endif
