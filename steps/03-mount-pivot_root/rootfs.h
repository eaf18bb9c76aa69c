/*
 * Chapter 3: a root file system of its own.
 *
 * Source: pivot_root(2), whose example ends in pivot_root(".", "."); chroot(2); path_resolution(7).
 * Article 1: MountNewRoot. Article 2: Rootfs, Mounts.
 */
#ifndef STEPS_ROOTFS_H
#define STEPS_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etc.h"

/* A mount below the new root. */
struct rootfs_mount {
	const char *type;    /* type of the file system; NULL: a bind mount */
	const char *source;  /* of a bind mount: a path on the host */
	const char *target;  /* the path in the container */
	uint64_t attributes; /* MOUNT_ATTR_* */
	const char *options; /* options of the file system: "mode=755,size=64m" */
	int opened;	     /* the source: rootfs_open() opens it, rootfs_populate() mounts it */
};

struct rootfs {
	const char *path; /* the directory that becomes "/" */
	bool is_chosen;	  /* --rootfs has chosen it */
	bool read_only;
	bool chroot; /* chroot(2) instead of pivot_root(2): a command can escape from it */
	struct etc etc;
	struct rootfs_mount *mounts; /* mounted after the default ones */
	size_t mount_count;
	int tree; /* the bind mount of the directory, from rootfs_clone() */
};

/*
 * Closes all descriptors above standard error, which the step's caller may have left open: a
 * descriptor of a directory leads back to the host. execve(2) would close them too late, since the
 * kernel looks up the command and the working directory before, and their paths may be
 * "/proc/self/fd/7" (CVE-2024-21626). Call this before anything is opened. Returns 0 or -1.
 */
int rootfs_close_callers(void);

/* Returns the default mounts: the second article's Mounts, without its /proc. */
const struct rootfs_mount *rootfs_defaults(size_t *count);

/*
 * Makes bind mounts of the directory and of the sources, and attaches them nowhere yet. Returns 0
 * or -1.
 */
int rootfs_clone(struct rootfs *rootfs);

/*
 * Makes the directory a mount in this mount namespace, with the container's own files in /etc, and
 * opens the sources of the bind mounts. Sets the umask to 022, so that all users inside can reach
 * the mount points that are made. Returns a descriptor of the new root or -1.
 */
int rootfs_open(struct rootfs *rootfs);

/*
 * Mounts /dev and what belongs below it, /sys, and rootfs->mounts below the new root. Chapter 2's
 * proc_mount() mounts /proc. Returns 0 or -1.
 */
int rootfs_populate(const struct rootfs *rootfs, int root);

/*
 * Makes the new root "/" and unmounts the old one: neither a mount nor the working directory leads
 * back to it. Returns 0 or -1.
 */
int rootfs_enter(const struct rootfs *rootfs, int root);

#endif
