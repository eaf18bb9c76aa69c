/*
 * Chapter 6, engine: the extended attributes of a file that is packed.
 *
 * Source: xattr(7), listxattr(2).
 */
#ifndef STEPS_XATTRS_H
#define STEPS_XATTRS_H

#include <stdbool.h>
#include <stddef.h>

struct xattr {
	char *name;
	void *value;
	size_t size;
};

struct xattrs {
	struct xattr *list; /* those that belong to the file, sorted by name */
	size_t count;
	bool is_opaque;	    /* overlayfs: the directory hides what is below it */
	bool is_redirected; /* overlayfs: the content is elsewhere, in a layer below */
};

/*
 * Reads those of `name` in the open directory `parent`; a link is not followed. `path` is for
 * messages. Returns 0 or -1. xattrs_free() follows in both cases.
 */
int xattrs_read(int parent, const char *name, bool userxattr, struct xattrs *xattrs,
		const char *path);

void xattrs_free(struct xattrs *xattrs);

#endif
