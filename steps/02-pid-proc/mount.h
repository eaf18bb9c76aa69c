/*
 * Chapter 2: a mount namespace whose mounts stay its own, and a file system mounted in it.
 *
 * Source: mount_namespaces(7); fsopen(2), fsconfig(2), fsmount(2) and move_mount(2) as in the
 * kernel's Documentation/filesystems/mount_api.rst and glibc's <sys/mount.h>.
 * Article 1: CLONE_NEWNS, syscall.Mount. Article 2: configs.NEWNS, configs.Mount.
 */
#ifndef STEPS_MOUNT_H
#define STEPS_MOUNT_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Cuts every mount of this namespace off from the mount that it was copied from. On a systemd
 * machine these are shared: a mount made here would appear on the host as well. Returns 0 or -1.
 */
int mount_private(void);

/*
 * Makes a file system of the type `type`, which is not attached to any path yet. `attributes` are
 * MOUNT_ATTR_*. `options` are those of the file system ("mode=755,size=64m"), or NULL; a value may
 * be in quotation marks, and may then contain commas. A first option "source=NAME" names a device,
 * or sets the name that /proc/mounts shows. Returns a descriptor of the mount or -1.
 */
int mount_create(const char *type, uint64_t attributes, const char *options);

/*
 * Attaches a mount, which is not attached to any path yet, to the path `target` below the directory
 * `root`. A missing mount point is made there, of `type` S_IFDIR or S_IFREG. Returns 0 or -1.
 */
int mount_attach(int mount, int root, const char *target, mode_t type);

#endif
