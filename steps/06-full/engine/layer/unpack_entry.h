/*
 * Chapter 6, engine: one entry of an archive becomes a file.
 */
#ifndef STEPS_UNPACK_ENTRY_H
#define STEPS_UNPACK_ENTRY_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdint.h>

#include "layer.h"
#include "unpack_path.h"

/* The unpacking of one layer. */
struct unpack {
	struct archive *archive;
	const struct layer_use *use;
	struct unpack_path place;
	uint64_t bytes_left;
	bool has_warned_device, has_warned_xattr;
};

/* Makes the file of the entry that was read last. Returns 0 or -1. */
int unpack_entry(struct unpack *unpack, struct archive_entry *entry);

#endif
