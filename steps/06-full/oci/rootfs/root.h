/*
 * Chapter 6: the mount of the root file system, from its making until it is entered.
 *
 * Chapter 3 makes it in the container. Here the host side makes it, where it may: the container's
 * root may not be allowed to look up its path. It is attached over its own directory, in the
 * container's mount namespace: hooks that come there from the host find it by its path, and what
 * they mount below it is in the container.
 *
 * Source: config.md, "Root" and "POSIX-platform Hooks", and rootfsPropagation in config-linux.md,
 * of the OCI runtime specification; mount_namespaces(7), pivot_root(2), chroot(2);
 * mnt_already_visible() in the kernel's fs/namespace.c.
 */
#ifndef STEPS_ROOT_H
#define STEPS_ROOT_H

#include "mounts.h"
#include "rootfs.h"

/*
 * In a new mount namespace: what is mounted in it does not appear on the host any more. What the
 * host mounts still appears in it, as a bind mount can ask for (rslave). Returns 0 or -1.
 */
int root_leave_peers(void);

/*
 * Makes rootfs->tree, attached nowhere yet, with the attributes `set` (MOUNT_ATTR_*). Nothing that
 * is mounted in it appears on the host. `propagation` is what the configuration wants of the root:
 * MS_SLAVE, with MS_REC if it is for all mounts below as well; 0: private. Returns 0 or -1.
 */
int root_clone(struct rootfs *rootfs, uint64_t propagation, uint64_t set);

/* Passes on to the mounts of the list what `propagation` says of all mounts. */
void root_choose_propagation(struct mounts *mounts, uint64_t propagation);

/*
 * In the container: attaches rootfs->tree. Where the container cannot follow the path (its root has
 * no right to, or the path leads through a link of the kernel's in /proc), the tree covers /proc.
 * If one of the mounts is a text, a tmpfs for it is attached first, below the root: mounts->texts.
 * Sets the umask to 022. Returns the root, a descriptor, or -1.
 */
int root_attach(struct rootfs *rootfs, struct mounts *mounts);

/*
 * Before rootfs_enter(), with rootfs->chroot: moves the root over "/". That is for a machine whose
 * root cannot be changed by pivot_root(2), an initramfs. Returns 0 or -1.
 */
int root_move(const struct rootfs *rootfs, int root);

/*
 * After rootfs_enter(): gives "/" the propagation that is wanted of it; pivot_root(2) wants it
 * private. Returns 0 or -1.
 */
int root_propagate(uint64_t propagation);

#endif
