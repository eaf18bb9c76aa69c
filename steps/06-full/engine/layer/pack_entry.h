/*
 * Chapter 6, engine: one file becomes an entry of an archive.
 */
#ifndef STEPS_PACK_ENTRY_H
#define STEPS_PACK_ENTRY_H

#include <limits.h>
#include <stdbool.h>

#include "hard_links.h"
#include "layer.h"
#include "output_stream.h"
#include "tar_header.h"

/* The packing of one layer. */
struct pack {
	int root;
	enum layer_source source;
	bool userxattr;
	const struct userns *users; /* whose files they are; NULL: owners stay as they are */
	struct output_stream stream;
	struct hard_links links;
	char path[PATH_MAX]; /* of the current file, below the root */
	bool has_warned_xattr;
};

enum { PACK_OTHER, PACK_DIRECTORY };

/*
 * Packs the file pack->path, which is `name` in the open directory `parent`, without what is in it.
 * Returns PACK_DIRECTORY if it is a directory, PACK_OTHER if not, or -1.
 */
int pack_entry(struct pack *pack, int parent, const char *name);

/* Packs the root directory itself. Returns 0 or -1. */
int pack_root(struct pack *pack);

#endif
