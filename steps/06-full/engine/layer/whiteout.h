/*
 * Chapter 6, engine: files that a layer removes. An archive says so by names, overlayfs by device
 * nodes and an attribute:
 *
 *     archive                  overlayfs
 *     DIR/.wh.NAME             DIR/NAME, a character device 0:0
 *     DIR/.wh..wh..opq         DIR has the attribute overlay.opaque, "y"
 *
 * The attribute's name begins with "trusted.", or with "user." on a mount with the option
 * userxattr.
 *
 * Source: OCI image specification, layer.md, "Whiteouts"; kernel's
 * Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
 */
#ifndef STEPS_WHITEOUT_H
#define STEPS_WHITEOUT_H

#include <stdbool.h>
#include <sys/stat.h>

#define WHITEOUT_PREFIX ".wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"

/* The meanings of the name of an entry. */
enum whiteout {
	WHITEOUT_NONE,
	WHITEOUT_FILE,	     /* ".wh.NAME": NAME is removed */
	WHITEOUT_DIRECTORY,  /* ".wh..wh..opq": all in the directory is removed */
	WHITEOUT_RESERVED,   /* ".wh..wh.*": marks of aufs, which mean nothing to others */
	WHITEOUT_IMPOSSIBLE, /* ".wh.", ".wh..", ".wh...": no file has such a name */
};

/* For the last component of a name. */
enum whiteout whiteout_of(const char *name);

/* For a whole path. Below a whiteout nothing can be: WHITEOUT_IMPOSSIBLE. */
enum whiteout whiteout_of_path(const char *path);

/* True if overlayfs takes this file for a whiteout. */
bool whiteout_is_node(const struct stat *status);

/*
 * Removes `name` of the layers below: makes a whiteout in the open directory `parent`, or makes the
 * directory opaque that is there already. Another file that is there hides the one below anyway.
 * `path` is for messages. Returns 0 or -1.
 */
int whiteout_make(int parent, const char *name, bool userxattr, const char *path);

/* Hides what the layers below have in the open `directory`. Returns 0 or -1. */
int whiteout_make_opaque(int directory, bool userxattr, const char *path);

#endif
