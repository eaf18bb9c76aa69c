/*
 * Chapter 6, engine: what a container has changed: `diff`.
 *
 * The upper directory has every file that was changed, and marks for those that were removed. Only
 * the layers below tell a new file from a changed one.
 *
 * Source: docker-diff(1); the kernel's Documentation/filesystems/overlayfs.rst.
 */
#ifndef STEPS_CHANGES_H
#define STEPS_CHANGES_H

#include <stdbool.h>

enum change_kind { CHANGE_ADDED = 'A', CHANGE_CHANGED = 'C', CHANGE_DELETED = 'D' };

/*
 * Calls tell() for each change, in the order of the paths, which begin with "/". `upper` and
 * `below` are open directories. `userxattr`: the marks are in user.overlay.*. Returns 0 or -1.
 */
int changes_find(int upper, int below, bool userxattr,
		 int (*tell)(enum change_kind kind, const char *path, void *data), void *data);

#endif
