/*
 * Chapter 6: the root file system of a container.
 *
 * Earlier steps mount what every container needs. This module mounts only what is asked for.
 *
 * If /dev is a link in the image, it is followed within the root, as by runC; crun refuses it. A
 * link at /proc or /sys is refused, because masks would be mounted in the wrong place.
 *
 * Source: OCI runtime specification, config.md, "Root" and "Mounts"; config-linux.md, "Default
 * Filesystems".
 */
#ifndef STEPS_CONTAINER_ROOTFS_H
#define STEPS_CONTAINER_ROOTFS_H

#include "container.h"

/* On the host, before the child is there: opens what the container may not. Returns 0 or -1. */
int container_open_rootfs(struct container *container);

/* On the host, when the cgroups have been made: opens them for their mounts. Returns 0 or -1. */
int container_open_cgroup(struct container *container);

/* In the container: makes the root file system except masked paths. Returns the root or -1. */
int rootfs_build(struct container *container);

#endif
