/*
 * Chapter 6: the paths of /proc and /sys that a container may not read, or not write to.
 *
 * /proc and /sys show the kernel. Most of what they show belongs to no namespace.
 *
 * Source: open_tree(2), mount_setattr(2); maskedPaths and readonlyPaths of the OCI runtime
 * specification, config-linux.md. Article 2: MaskPaths, ReadonlyPaths.
 */
#ifndef STEPS_MASKED_PATHS_H
#define STEPS_MASKED_PATHS_H

#include <stddef.h>

/* Paths in the container. Paths that do not exist are left out. */
struct masked_paths {
	const char **masked; /* become empty */
	size_t masked_count;
	const char **read_only; /* with all mounts below; "/" without them */
	size_t read_only_count;
	const char **writable; /* with all that is mounted below, which may be read-only so far */
	size_t writable_count;
	const char *label; /* SELinux label of what covers directories; NULL: none */
};

/*
 * Fills in the second article's paths, and those that Docker and runC have added since. Returns 0
 * or -1.
 */
int masked_paths_default(struct masked_paths *paths);

/* Fills in what --privileged asks for: nothing is covered, and /sys can be written. */
int masked_paths_privileged(struct masked_paths *paths);

/*
 * Mounts over the paths below `root`, which has its /proc, /sys and /dev already and is not entered
 * yet. Returns 0 or -1 (one of the masked paths leads to the root itself).
 */
int masked_paths_cover(const struct masked_paths *paths, int root);

#endif
