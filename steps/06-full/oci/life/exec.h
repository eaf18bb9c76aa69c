/*
 * Chapter 6: one more process in a container that runs.
 *
 * The new process enters the cgroups, the namespaces and the root of the first one, and then gives
 * up the same rights. A stage (stage.h) enters all of these, and stays outside of the container's
 * PID namespace; its child is inside.
 *
 * Source: setns(2) with a pidfd; pid_namespaces(7), "setns(2) and unshare(2) semantics".
 */
#ifndef STEPS_EXEC_H
#define STEPS_EXEC_H

#include "container.h"

/* A new process, and the container that it enters. */
struct exec {
	struct container *container; /* the configuration of the new process */
	int pidfd;		     /* of the container's first process */
	pid_t pid;
	int pids; /* a PID namespace to enter, if it is not the one of the first process; or -1 */
	/* exec_spawn() fills these: */
	int root;
	uint64_t namespaces; /* those of the container that the runtime is not in */
};

/*
 * Starts the process, in the cgroup that container->config.cgroup has open. The process waits for
 * child_release(). From its first moment it is in all namespaces of the container, and has nothing
 * of the host's open. Returns 0 or -1.
 */
int exec_spawn(struct exec *exec, struct child *child);

/*
 * As exec_spawn(), for the first command of a container, whose configuration is prepared already.
 */
int exec_spawn_first(struct exec *exec, struct child *child);

#endif
