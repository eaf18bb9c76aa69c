/*
 * Chapter 6, engine: libarchive reads a tar archive from the blocks of an input stream.
 *
 * Source: libarchive(3), archive_read_open(3).
 */
#ifndef STEPS_TAR_SOURCE_H
#define STEPS_TAR_SOURCE_H

#include <archive.h>
#include <archive_entry.h>

#include "input_stream.h"

struct tar_source {
	struct input_stream *stream;
	size_t headers_left;
	bool is_in_headers;
};

/* Makes libarchive read from the source, tar archives alone. Returns a status of libarchive. */
int tar_source_open(struct tar_source *source, struct archive *archive);

/*
 * Reads the headers of the next entry: a limited number of bytes, since libarchive keeps them in
 * memory. Returns a status of libarchive.
 */
int tar_source_next(struct tar_source *source, struct archive *archive,
		    struct archive_entry *entry);

#endif
