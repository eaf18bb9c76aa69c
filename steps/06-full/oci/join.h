/*
 * Chapter 6: one more process in a container that runs.
 *
 * It gets what the first one has: its cgroups, its namespaces, its root; and then, the other way
 * round, gives up the same rights.
 *
 * Source: setns(2) with a pidfd; pid_namespaces(7), "setns(2) and unshare(2) semantics".
 */
#ifndef STEPS_JOIN_H
#define STEPS_JOIN_H

#include "container.h"

/* Another process, and the container it goes to. */
struct join {
	struct container *container; /* what the process is, and may do */
	int pidfd;		     /* of the container's first process */
	pid_t pid;
	/* What join_spawn() finds: */
	int root;
	uint64_t namespaces; /* that are not ours already */
	bool has_users;	     /* one of them is a user namespace */
};

/*
 * Starts the process, in the cgroup that container->cgroup has open: it waits for
 * child_release(). From here on, every child of ours begins in the container's PID namespace.
 * Returns 0 or -1.
 */
int join_spawn(struct join *join, struct child *child);

#endif
