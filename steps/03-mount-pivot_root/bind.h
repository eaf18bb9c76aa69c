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
 * Makes a bind mount of `path` (a file or a directory with all that is mounted below it), which
 * is looked up in the open `directory` or AT_FDCWD. It is attached nowhere yet. Returns a
 * descriptor of the mount or -1.
 */
int bind_create(int directory, const char *path);

/* Adds `attributes` (MOUNT_ATTR_*) to a mount; `flags` AT_RECURSIVE: to those below it as well. */
int bind_restrict(int mount, uint64_t attributes, unsigned int flags);

#endif
