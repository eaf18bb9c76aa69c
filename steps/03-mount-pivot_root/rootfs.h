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

/* One mount below the new root. */
struct rootfs_mount {
	const char *type;    /* of file system; NULL: a bind mount */
	const char *source;  /* of a bind mount: a path on the host */
	const char *target;  /* the path inside */
	uint64_t attributes; /* MOUNT_ATTR_* */
	const char *options; /* of the file system: "mode=755,size=64m" */
};

struct rootfs {
	const char *path; /* the directory that becomes "/" */
	bool read_only;
	bool chroot; /* chroot(2) in the place of pivot_root(2): to be broken */
	struct etc etc;
	struct rootfs_mount *mounts; /* what goes on top of the default ones */
	size_t mount_count;
};

/*
 * Makes the directory a mount that only this namespace has, in which /etc names the container.
 * Returns a descriptor of the new root or -1.
 */
int rootfs_open(const struct rootfs *rootfs);

/*
 * Mounts /dev and what belongs below it, /sys, and rootfs->mounts below the new root. /proc is
 * the second chapter's: proc_mount(). Returns 0 or -1.
 */
int rootfs_populate(const struct rootfs *rootfs, int root);

/*
 * Makes the new root "/" and lets go of the old one: no mount, no descriptor and no working
 * directory leads back to it. Returns 0 or -1.
 */
int rootfs_enter(const struct rootfs *rootfs, int root);

#endif
