/*
 * Chapter 5: a cgroup together with all that are below it.
 *
 * Root in a container can make thousands of cgroups below its own, a thousand deep. So these
 * functions keep no more than three descriptors open, however deep the tree is, and end at a
 * deadline.
 */
#ifndef STEPS_CGROUP_TREE_H
#define STEPS_CGROUP_TREE_H

#include <stdint.h>

#include "hierarchy.h"

/* Returns the time at which work on a tree has to end, in milliseconds of CLOCK_MONOTONIC. */
int64_t cgroup_deadline(void);

struct cgroup_visitor {
	/* Called with a cgroup's directory before the cgroups below are visited; may be NULL. */
	int (*enter)(int directory, void *data);
	/* Called for all but the topmost cgroup, after those below were visited; may be NULL. */
	int (*leave)(int parent, const char *name, void *data);
	void *data;
};

/*
 * Visits a cgroup and all below it. When one of the visitor's functions does not return 0, the
 * visit ends with this result. Otherwise returns 0, or -1 with a message.
 */
int cgroup_visit(int directory, const struct cgroup_visitor *visitor, int64_t deadline);

/* Calls `each` for all processes of a cgroup and those below it. Returns 0 or -1. */
int cgroup_each_process(int directory, void (*each)(int pid, void *data), void *data,
			int64_t deadline);

/*
 * Kills all processes in the cgroup `name` of `parent` and below it, and removes these cgroups.
 * Returns 0, also if there is no such cgroup, or -1: something could not be removed.
 */
int cgroup_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name,
		       int64_t deadline);

/*
 * As cgroup_remove_tree(), but a failure only leads to a warning. The message of an earlier
 * failure, with which the step is about to end, is kept.
 */
void cgroup_try_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name,
			    int64_t deadline);

#endif
