/*
 * Chapter 6: what of /proc and /sys is not the container's to read, and not to write.
 *
 * These two show the kernel, which has no namespaces for most of what is in them.
 *
 * Source: open_tree(2), mount_setattr(2); maskedPaths and readonlyPaths of the OCI runtime
 * specification, config-linux.md. Article 2: MaskPaths, ReadonlyPaths.
 */
#ifndef STEPS_PATHS_H
#define STEPS_PATHS_H

#include <stddef.h>

/* Paths inside; those that do not exist are left out. */
struct paths {
	const char **masked; /* become empty */
	size_t masked_count;
	const char **read_only;
	size_t read_only_count;
	const char **writable; /* with all that is mounted below, which may be read-only so far */
	size_t writable_count;
	const char *label; /* SELinux's, for what covers directories; NULL: as it comes */
};

/* Fills in the second article's paths, and those that Docker and runC have added since. Returns 0
 * or -1.
 */
int paths_default(struct paths *paths);

/* Fills in what --privileged asks for: nothing is covered, and /sys can be written. */
int paths_privileged(struct paths *paths);

/*
 * Mounts over the paths below `root`, which has its /proc, /sys and /dev already and is not entered
 * yet. Returns 0 or -1.
 */
int paths_cover(const struct paths *paths, int root);

#endif
