/*
 * Chapter 6: a stage, the process between the host side and a container's process.
 *
 * Some namespaces are entered by the children of the process that asks for them (PID, time), and in
 * some of them the host's files are out of sight. So the stage enters them, starts the container's
 * process in them, and ends. CLONE_PARENT makes that process a child of the host side. runC's
 * stage-1 is the same.
 *
 * Source: clone(2), CLONE_PARENT; pid_namespaces(7), "setns(2) and unshare(2) semantics".
 */
#ifndef STEPS_STAGE_H
#define STEPS_STAGE_H

#include <stdint.h>

#include "spawn.h"

/*
 * Starts a child as child_spawn() does, but by way of a stage and with a session of its own. The
 * stage begins in child->cgroup, and the child with it; it calls enter(argument), which returns 0
 * or -1. In both calls, child->socket is the child's end. Returns 0 or -1.
 */
int stage_spawn(struct child *child, int (*enter)(void *), uint64_t namespaces,
		int (*inside)(void *), void *argument);

#endif
