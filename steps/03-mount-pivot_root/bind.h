/*
 * Chapter 3: bind mounts, a part of the file tree that appears in a second place.
 *
 * Source: open_tree(2) and mount_setattr(2); mount(8), "Bind mount operation".
 * Article 1: MS_BIND in MountNewRoot.
 */
#ifndef STEPS_BIND_H
#define STEPS_BIND_H

#include <stdint.h>

/*
 * Makes a bind mount of `path`: of a file, or of a directory with all that is mounted below it. The
 * path is relative to the open `directory`, or to AT_FDCWD. mount_attach() gives the mount a place.
 * Returns a descriptor of the mount or -1.
 */
int bind_create(int directory, const char *path);

/*
 * Adds `attributes` (MOUNT_ATTR_*) to a mount. With AT_RECURSIVE in `flags`, the mounts below it
 * get them, too. Returns 0 or -1.
 */
int bind_restrict(int mount, uint64_t attributes, unsigned int flags);

#endif
