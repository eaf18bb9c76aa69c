/*
 * Chapter 6, engine: the attributes of files in a layer: owner, mode, times, extended attributes.
 *
 * Source: xattr(7), capabilities(7) "File capabilities", acl(5).
 */
#ifndef STEPS_ATTRIBUTES_H
#define STEPS_ATTRIBUTES_H

#include <archive_entry.h>
#include <stdbool.h>

/*
 * True if the extended attribute belongs to the file: user.*, trusted.*, the file's capabilities
 * and its access control lists. False for those of overlayfs: an archive could redirect a directory
 * by them. False for labels of the host's security modules (security.selinux, security.ima).
 */
bool attributes_keep(const char *xattr);

/* A file that was made. */
struct attributes_target {
	const char *path; /* in the layer, for messages */
	int parent;	  /* its directory, and its name there */
	const char *name;
	int fd; /* a file or a directory, open; -1: another kind */
};

/*
 * Gives the file the attributes of `entry`. If the file system or the user namespace has no room
 * for an extended attribute, that one is left out with a warning, once: *has_warned. Returns 0 or
 * -1.
 */
int attributes_set(const struct attributes_target *target, struct archive_entry *entry,
		   bool *has_warned);

#endif
