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
	int opened;	     /* rootfs_open() opens a source, rootfs_populate() mounts it */
};

struct rootfs {
	const char *path; /* the directory that becomes "/" */
	bool read_only;
	bool chroot; /* chroot(2) in the place of pivot_root(2): to be broken */
	struct etc etc;
	struct rootfs_mount *mounts; /* what goes on top of the default ones */
	size_t mount_count;
	/* For a user namespace (chapter 6), where some of this has to be done otherwise: */
	const struct rootfs_mount *first; /* in the place of the default ones; NULL: those */
	size_t first_count;
	bool no_nodes; /* devices are among the mounts */
	int tree;      /* what rootfs_clone() made of the directory; 0: nothing so far */
};

/*
 * Closes what our caller left open above standard error, so to be called before anything is
 * opened: a descriptor of a directory leads back to the host. That execve(2) would close it is not
 * enough: "/proc/self/fd/7" is followed before, as the command or the directory to start in
 * (CVE-2024-21626). Returns 0 or -1.
 */
int rootfs_close_callers(void);

/* What is mounted first: the second article's Mounts, without its /proc. */
const struct rootfs_mount *rootfs_defaults(size_t *count);

/*
 * Makes bind mounts of the directory and of the sources, attached nowhere yet. rootfs_open() does
 * that first of all, unless it is done. Returns 0 or -1.
 */
int rootfs_clone(struct rootfs *rootfs);

/*
 * Makes the directory a mount that only this namespace has, in which /etc names the container, and
 * opens the sources of the bind mounts. Sets the umask to 022, the usual one: mount points and
 * files are made for all users inside. Returns a descriptor of the new root or -1.
 */
int rootfs_open(struct rootfs *rootfs);

/*
 * Mounts /dev and what belongs below it, /sys, and rootfs->mounts below the new root. /proc is
 * the second chapter's: proc_mount(). Returns 0 or -1.
 */
int rootfs_populate(const struct rootfs *rootfs, int root);

/*
 * Makes the new root "/" and lets go of the old one: no mount and no working directory leads back
 * to it. Returns 0 or -1.
 */
int rootfs_enter(const struct rootfs *rootfs, int root);

#endif
