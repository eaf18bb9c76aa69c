/*
 * Chapter 6, engine: the headers of a tar archive, as they are written.
 *
 * An entry has a block of 512 bytes, with numbers as octal text. What does not fit there (times
 * with nanoseconds, long names, large numbers, extended attributes) is in records of an entry
 * before it, of type "x".
 *
 * Written by hand: libarchive converts names by the locale, adds the inode's number, and puts
 * nanoseconds only where another record is needed; so the same files would give other bytes.
 *
 * Source: pax(1posix), "ustar Interchange Format", "pax Extended Header"; star(5) for SCHILY.xattr;
 * GNU tar manual, "PAX Format, Version 1.0", for sparse files.
 */
#ifndef STEPS_TAR_HEADER_H
#define STEPS_TAR_HEADER_H

#include <sys/stat.h>

#include "output_stream.h"
#include "sparse.h"
#include "xattrs.h"

/* Types of entries. */
enum {
	TAR_FILE = '0',
	TAR_HARD_LINK = '1',
	TAR_LINK = '2',
	TAR_CHARACTER = '3',
	TAR_BLOCK = '4',
	TAR_DIRECTORY = '5',
	TAR_FIFO = '6',
	TAR_EXTENDED = 'x',
};

struct tar_entry {
	char type;
	const char *path;		 /* a directory's ends with "/" */
	const char *link;		 /* the target; NULL: no link */
	const struct stat *status;	 /* the owner, mode and time; the device's number */
	off_t size;			 /* of the content; of a sparse file, with its holes */
	const struct xattrs *xattrs;	 /* or NULL */
	const struct sparse_map *sparse; /* or NULL */
};

/*
 * Writes the headers, and the map of a sparse file. The content follows, padded to 512 bytes.
 * Returns 0 or -1.
 */
int tar_header_write(struct output_stream *stream, const struct tar_entry *entry);

/* Writes the end of the archive. Returns 0 or -1. */
int tar_header_write_end(struct output_stream *stream);

#endif
