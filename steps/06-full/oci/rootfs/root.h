/*
 * Chapter 6: the mount of the root file system, from its making until it is entered.
 *
 * Chapter 3 makes this mount in the container. Here the host side makes it, if it may: root of the
 * container may not be allowed to look up its path. The mount is attached over its own directory,
 * in the container's mount namespace. So hooks that come there from the host find it by its path,
 * and what they mount below it is in the container.
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
 * In a new mount namespace: makes all mounts slaves of the host's. New mounts in it do not appear
 * on the host. New mounts of the host still appear in it, as a bind mount can ask for (rslave).
 * Returns 0 or -1.
 */
int root_leave_peers(void);

/*
 * Makes rootfs->tree, attached nowhere yet, unless the caller has made it (an overlay), and gives
 * it the attributes `set` (MOUNT_ATTR_*). Nothing that is mounted in it appears on the host.
 * `propagation` is what the configuration wants of the root: MS_SLAVE, with MS_REC if it is for all
 * mounts below as well; 0: private. Returns 0 or -1.
 */
int root_clone(struct rootfs *rootfs, uint64_t propagation, uint64_t set);

/* Sets the default propagation of the mounts in the list, by `propagation`, that of the root. */
void root_choose_propagation(struct mounts *mounts, uint64_t propagation);

/*
 * In the container: attaches rootfs->tree. If the container cannot follow the path (its root has no
 * right to, or the path leads through a magic link in /proc), the tree covers /proc. If there is a
 * tmpfs, mounts->files, or a text among the mounts, which needs one, attaches the tmpfs first; the
 * root then covers it. Sets the umask to 022. Returns the descriptor of the root, or -1.
 */
int root_attach(struct rootfs *rootfs, struct mounts *mounts);

/*
 * Before rootfs_enter(), with rootfs->chroot: moves the root over "/". A machine that runs from an
 * initramfs needs this, since pivot_root(2) cannot change its root. Returns 0 or -1.
 */
int root_move(const struct rootfs *rootfs, int root);

/*
 * After rootfs_enter(): sets the propagation of "/" that the configuration asks for. pivot_root(2)
 * needs a private one. Returns 0 or -1.
 */
int root_propagate(uint64_t propagation);

#endif
