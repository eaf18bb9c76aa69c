/*
 * Chapter 6: the processes of a container.
 *
 * These are the processes in its cgroup. If the container has no cgroup, as without root, or if the
 * cgroup cannot be seen from here, these are the processes in its PID namespace.
 *
 * Source: cgroup.procs in cgroups(7); /proc/PID/ns in namespaces(7).
 */
#ifndef STEPS_PROCESSES_H
#define STEPS_PROCESSES_H

#include "state.h"

/*
 * Calls `each` with the pid of every process. Returns 0, or -1 (the container has no cgroup that
 * can be seen from here, and no PID namespace of its own).
 */
int processes_each(struct state *state, void (*each)(pid_t pid, void *data), void *data);

/*
 * Sends a signal to all processes of the container; on v1 SIGKILL also thaws frozen ones. Returns 0
 * or -1, as processes_each(), and if there are no processes.
 */
int processes_signal(struct state *state, int signal);

/*
 * Kills the frozen processes of a container that is being ended, also those that another program
 * has moved to a frozen cgroup of its own. The caller has found the cgroup by state_find_cgroup().
 * Does nothing on v2, where SIGKILL alone ends a frozen process.
 */
void processes_kill_frozen(struct state *state);

#endif
