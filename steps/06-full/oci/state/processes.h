/*
 * Chapter 6: the processes of a container.
 *
 * They are those in its cgroup. Where it has none, as without root, or it cannot be seen from here,
 * they are those in its PID namespace.
 *
 * Source: cgroup.procs in cgroups(7); /proc/PID/ns in namespaces(7).
 */
#ifndef STEPS_PROCESSES_H
#define STEPS_PROCESSES_H

#include "state.h"

/*
 * Calls `each` with the pid of every process. Returns 0, or -1 (the container has neither of them
 * for itself, or the cgroup cannot be seen from here).
 */
int processes_each(struct state *state, void (*each)(pid_t pid, void *data), void *data);

/*
 * Sends a signal to all of them; on v1 SIGKILL thaws frozen ones. Returns 0 or -1, as above, or
 * since there are none.
 */
int processes_signal(struct state *state, int signal);

#endif
