/*
 * Chapter 6: the cgroups that a process of `exec` enters.
 *
 * These are the container's own cgroups, by default. But the container may have made cgroups below
 * them, as systemd does in a container; the caller may name one of these, and on v2 the container's
 * own cgroup may take no process any more.
 *
 * Source: cgroup-v2.rst, "No Internal Process Constraint"; runc-exec(8), --cgroup.
 */
#ifndef STEPS_EXEC_CGROUP_H
#define STEPS_EXEC_CGROUP_H

#include "cgroup.h"
#include "state.h"

/*
 * Opens the cgroups that a new process of the container enters: the container's own, or cgroups
 * below them that `wanted` names, a list that ends with NULL: "PATH", for all hierarchies, or
 * several of "CONTROLLER[,CONTROLLER...]:PATH". Where `wanted` is NULL and the container's cgroup
 * of v2 takes no process, opens the cgroup of the container's first process. Returns 0 or -1.
 */
int exec_cgroup_open(struct cgroup *cgroup, const struct state *state, const char *const *wanted);

#endif
