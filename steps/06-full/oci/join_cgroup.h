/*
 * Chapter 6: the cgroups that one more process of a container goes to.
 *
 * They are the container's own. But the container may have made cgroups below, as systemd does in
 * it; the caller may name one of these, and on v2 there may be no other way.
 *
 * Source: cgroup-v2.rst, "No Internal Process Constraint"; runc-exec(8), --cgroup.
 */
#ifndef STEPS_JOIN_CGROUP_H
#define STEPS_JOIN_CGROUP_H

#include "cgroup.h"

/*
 * Opens them: those at `path`, or below it where one of `wanted` says so (a list that ends with
 * NULL; or NULL: nothing is wanted). Each is "PATH", for all hierarchies, or
 * "CONTROLLER[,CONTROLLER...]:PATH". Where nothing is wanted, and the cgroup of v2 takes no
 * process, it is the one of the container's first process, `first`. Returns 0 or -1.
 */
int join_cgroup_open(struct cgroup *cgroup, const char *path, pid_t first,
		     const char *const *wanted);

#endif
