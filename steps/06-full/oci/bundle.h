/*
 * Chapter 6: the root file system of a bundle, as config.json describes it.
 *
 * The steps before mount what a container needs. Here nothing is mounted but what is asked for.
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

/* Whether child_spawn() needs a process in between, and what that does: bundle_between(). */
bool bundle_needs_between(const struct container *container);

/*
 * In the process in between, whose argument is the container: enters the cgroups, since one may not
 * be allowed to later, and the namespaces of others; makes a time namespace. Returns 0 or -1.
 */
int bundle_between(void *argument);

/*
 * In the container, first of all: what needs the host's /proc or the rights that we begin with.
 * Returns 0 or -1.
 */
int bundle_begin(struct container *container);

/* In the container: makes the root file system, complete, and enters it. Returns 0 or -1. */
int bundle_enter(struct container *container);

#endif
