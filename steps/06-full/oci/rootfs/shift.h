/*
 * Chapter 6: the owners of the root file system's files, in a user namespace.
 *
 * Files of the host's users belong to nobody there. So the root file system is an idmapped mount,
 * in which the owners are counted from the first id of the container.
 *
 * Source: mount_setattr(2), "ID-mapped mounts".
 */
#ifndef STEPS_SHIFT_H
#define STEPS_SHIFT_H

#include "overlay.h"
#include "rootfs.h"
#include "userns.h"

/*
 * On the host, after userns_map(), while the child `pid` waits: makes the root file system show the
 * container's ids, if userns->shift, the caller is root, and the owner of its directory is not one
 * of these ids already. This owner becomes root inside. Returns 0 or -1 (EINVAL: this type of file
 * system has no idmapped mounts).
 */
int shift_root(const struct userns *userns, const struct rootfs *rootfs, pid_t pid);

/*
 * Before overlay_mount(): makes the layers and the changes show the container's ids, on the same
 * conditions as shift_root(). An overlay itself cannot be idmapped, but what it is made of can: all
 * containers share the layers on the disk, whoever their users are. Returns 0 or -1 (EINVAL: this
 * type of file system has no idmapped mounts, or the kernel is older than 5.19).
 */
int shift_layers(const struct userns *userns, struct overlay *overlay);

/*
 * Returns 1 if the layer in the open directory can be an idmapped one; 0: its file system or the
 * kernel does not know that; or -1.
 */
int shift_is_possible(const struct userns *userns, int directory);

#endif
