/*
 * Chapter 6: a complete container, composed of the modules of all chapters.
 *
 * One structure (config.h) says everything that is wanted, and the functions here make a container
 * of it. Their callers are `step-06 run` (run.c), for a container that lives as long as its step,
 * and the verbs of step-06-oci (lifecycle.h), for one that is created, started and deleted.
 *
 *     host side                                container's process
 *     container_prepare()
 *     container_open()
 *     ... its cgroup ...
 *     container_spawn()                        begins, and waits
 *     child_release()                          enters its namespaces, makes its mounts
 *     container_hand_over_network()            enters the network namespace
 *     child_release()                          enters its root, lowers its rights, executes
 *
 * Source: OCI runtime specification, config.md and config-linux.md.
 * Article 2: Container.Run.
 */
#ifndef STEPS_CONTAINER_SPAWN_H
#define STEPS_CONTAINER_SPAWN_H

#include "container.h"

/*
 * On the host, first of all: blocks the signals that child_wait() takes, prepares the terminal, and
 * chooses the container's users and which side makes its network namespace. Returns 0 or -1.
 */
int container_prepare(struct container *container, struct child *child);

/*
 * On the host, before the child is there: opens and compiles what the child will need. Returns 0 or
 * -1. The parts of the structure undo this themselves (autocgroup, autochild).
 */
int container_open(struct container *container);

/*
 * Starts the first process, which waits for child_release() twice: before all else, and before it
 * enters its root. Returns 0 or -1.
 */
int container_spawn(struct container *container);

#endif
