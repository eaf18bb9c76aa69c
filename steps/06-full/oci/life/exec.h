/*
 * Chapter 6: one more process in a container that runs.
 *
 * It gets what the first one has: its cgroups, its namespaces, its root; and then, the other way
 * round, gives up the same rights. A stage (stage.h) enters all of that, outside of the container's
 * PID namespace; its child is inside.
 *
 * Source: setns(2) with a pidfd; pid_namespaces(7), "setns(2) and unshare(2) semantics".
 */
#ifndef STEPS_EXEC_H
#define STEPS_EXEC_H

#include "container.h"

/* Another process, and the container it goes to. */
struct exec {
	struct container *container; /* what the process is, and may do */
	int pidfd;		     /* of the container's first process */
	pid_t pid;
	int pids; /* of a PID namespace that the first process is not in; -1: it is in its own */
	/* exec_spawn() finds: */
	int root;
	uint64_t namespaces; /* the container's that are not ours already */
	bool has_users;	     /* a user namespace is among them */
};

/*
 * Starts the process, in the cgroup that container->config.cgroup has open. The process waits for
 * child_release(). From its first moment it is in all namespaces of the container, and has nothing
 * of the host's open. Returns 0 or -1.
 */
int exec_spawn(struct exec *exec, struct child *child);

/* The same, of a process that is to be the container's first: it is prepared already. */
int exec_spawn_first(struct exec *exec, struct child *child);

#endif
