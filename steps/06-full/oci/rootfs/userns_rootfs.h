/*
 * Chapter 6: the root file system in a user namespace.
 *
 * Root inside may mount, but no device can be made there, no file system of the host's network be
 * mounted, and whatever belongs to users of the host belongs to nobody. So the host's devices are
 * bind mounted; and the root file system is an idmapped mount, in which the owners of files are
 * counted from the first id of the container.
 *
 * Source: mount_namespaces(7), "Restrictions on mount namespaces"; mount_setattr(2), "ID-mapped
 * mounts".
 */
#ifndef STEPS_USERNS_ROOTFS_H
#define STEPS_USERNS_ROOTFS_H

#include "device.h"
#include "rootfs.h"
#include "userns.h"

/*
 * On the host, before child_spawn(): changes what rootfs_populate() will mount, the nodes of
 * `devices` included, and, with root, opens the directory and the sources of the bind mounts, which
 * the container's root may not be allowed to look up. Does nothing without a user namespace.
 * Returns 0 or -1.
 */
int userns_prepare_rootfs(const struct userns *userns, struct rootfs *rootfs,
			  const struct devices *devices, bool host_network);

/*
 * The host's node of a device: at the same path, or else where udev has links to all of them.
 * Returns NULL, with a message that begins with `place`, if there is none.
 */
const char *userns_find_node(const struct device_node *node, const char *place);

/*
 * On the host, after userns_map(), while the child `pid` waits: lets the root file system show the
 * container's ids, if that is wanted, we are root, and its owner is not one of them already.
 * Whoever owns its directory is root inside. Returns 0 or -1 (EINVAL: this type of file system has
 * no idmapped mounts).
 */
int userns_shift_rootfs(const struct userns *userns, const struct rootfs *rootfs, pid_t pid);

#endif
