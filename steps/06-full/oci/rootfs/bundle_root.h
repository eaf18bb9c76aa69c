/*
 * Chapter 6: where a bundle's root file system is attached, until it is entered.
 *
 * It is attached over its own directory, in the container's mount namespace: hooks that come there
 * from the host find it by its path, and what they mount below it is in the container.
 *
 * Source: config.md, "POSIX-platform Hooks", of the OCI runtime specification; pivot_root(2),
 * chroot(2); mnt_already_visible() in the kernel's fs/namespace.c.
 */
#ifndef STEPS_BUNDLE_ROOT_H
#define STEPS_BUNDLE_ROOT_H

#include "rootfs.h"

/*
 * Attaches rootfs->tree. Where we may not follow the path, as the root of a user namespace, it is
 * out of sight. Returns the root, a descriptor, or -1.
 */
int bundle_root_attach(struct rootfs *rootfs);

/*
 * Makes it "/", by pivot_root(2); or, if rootfs->chroot, where the machine's root cannot be
 * changed: on an initramfs. Returns 0 or -1.
 */
int bundle_root_enter(const struct rootfs *rootfs, int root);

#endif
