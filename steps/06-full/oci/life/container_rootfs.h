/*
 * Chapter 6: the root file system of a container.
 *
 * The steps before mount what a container needs. Here nothing is mounted but what is asked for.
 *
 * A /dev of the image that is a link is followed within the root, as by runC; crun refuses it. A
 * link at /proc or /sys is refused, for masks would be mounted in the wrong place.
 *
 * Source: OCI runtime specification, config.md, "Root" and "Mounts"; config-linux.md, "Default
 * Filesystems".
 */
#ifndef STEPS_CONTAINER_ROOTFS_H
#define STEPS_CONTAINER_ROOTFS_H

#include "container.h"

/* On the host, before the child is there: opens what the container may not. Returns 0 or -1. */
int container_open_rootfs(struct container *container);

/* The same, when the cgroups have been made: opens them for their mounts. Returns 0 or -1. */
int container_open_cgroup(struct container *container);

/* In the container: makes the root file system, all but masked paths. Returns the root or -1. */
int rootfs_build(struct container *container);

#endif
