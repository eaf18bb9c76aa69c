/*
 * Chapter 6: the root file system of a bundle, as config.json describes it.
 *
 * The steps before mount what a container needs. Here nothing is mounted but what is asked for.
 *
 * A /dev of the image that is a link is followed within the root, as by runC; crun refuses it. A
 * link at /proc or /sys is refused, for masks would be mounted in the wrong place.
 *
 * Source: OCI runtime specification, config.md, "Root" and "Mounts"; config-linux.md, "Default
 * Filesystems", "Default Devices" and "Dev symbolic links".
 */
#ifndef STEPS_BUNDLE_H
#define STEPS_BUNDLE_H

#include "container.h"

/*
 * On the host, before the child is there: opens what is the host's; and, when the cgroups have been
 * made, these. They return 0 or -1.
 */
int bundle_open(struct container *container);
int bundle_open_cgroup(struct container *container);

/* Whether the container's process has to be started by way of a stage (stage.h). */
bool bundle_needs_stage(const struct container *container);

/*
 * In the stage, for stage_spawn(), whose argument is the container: enters the cgroups, which may
 * be forbidden later, and the namespaces of others; makes a time namespace. Returns 0 or -1.
 */
int bundle_enter_stage(void *argument);

/*
 * In the container, first of all: what needs the host's /proc or the rights that we begin with.
 * Returns 0 or -1.
 */
int bundle_begin(struct container *container);

/*
 * In the container's mount namespace: what is mounted here does not appear on the host any more.
 * What the host mounts still appears here, as a bind mount can ask for it (rslave). Returns 0 or
 * -1.
 */
int bundle_leave_peers(void);

/* In the container: makes the root file system, complete, and enters it. Returns 0 or -1. */
int bundle_enter(struct container *container);

#endif
