/*
 * Chapter 6: what of /proc and /sys is not the container's to read, and not to write.
 *
 * These two show the kernel, which has no namespaces for most of what is in them.
 *
 * Source: open_tree(2), mount_setattr(2); maskedPaths and readonlyPaths of the OCI runtime
 * specification, config-linux.md. Article 2: MaskPaths, ReadonlyPaths.
 */
#ifndef STEPS_MASKED_PATHS_H
#define STEPS_MASKED_PATHS_H

#include <stddef.h>

/* Paths inside; those that do not exist are left out. */
struct masked_paths {
	const char **masked; /* become empty */
	size_t masked_count;
	const char **read_only; /* with all that is mounted below; but "/" alone */
	size_t read_only_count;
	const char **writable; /* with all that is mounted below, which may be read-only so far */
	size_t writable_count;
	const char *label; /* SELinux's, for what covers directories; NULL: as it comes */
};

/* Fills in the second article's paths, and those that Docker and runC have added since. Returns 0
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
