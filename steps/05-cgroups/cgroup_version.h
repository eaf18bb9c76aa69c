/*
 * Chapter 5: what the two versions of cgroups do differently, behind one interface.
 *
 * Each function is about one hierarchy, or the open directory of one cgroup in it. They return 0,
 * or -1 with a message.
 */
#ifndef STEPS_CGROUP_VERSION_H
#define STEPS_CGROUP_VERSION_H

#include "cgroup.h"

struct cgroup_version {
	/* After the cgroup `child` was made in `parent`: the controllers are to work in it. */
	int (*adopt)(int parent, int child, unsigned int controllers);

	/* Writes the limits that controllers of this hierarchy keep. */
	int (*limit)(const struct cgroup *cgroup, const struct hierarchy *hierarchy);

	/* Mounts the hierarchy below `root`, on /sys/fs/cgroup/NAME, or, if it is `alone`, on
	 * /sys/fs/cgroup itself. */
	int (*mount)(const struct hierarchy *hierarchy, int root, bool alone);

	/* Freezes, or thaws. */
	int (*freeze)(int directory, bool frozen);

	/* Kills all in the cgroup; some may still be about to die. Leaves no message. */
	int (*kill)(int directory);

	/* Fills what controllers of this hierarchy know. */
	void (*count)(const struct hierarchy *hierarchy, struct cgroup_usage *usage);
};

extern const struct cgroup_version cgroup_v1, cgroup_v2;

static inline const struct cgroup_version *version_of(const struct hierarchy *hierarchy)
{
	return hierarchy->version == 2 ? &cgroup_v2 : &cgroup_v1;
}

/*
 * Fills the set of controllers that the limits need. One that is not `available`, is refused, with
 * the limit's name. Returns 0 or -1.
 */
int cgroup_list_needed(const struct cgroup *cgroup, unsigned int available, unsigned int *needed);

/* Removes the cgroup `name` in `parent`, and whatever is in it. */
void cgroup_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name);

/* The limits that are written alike in both versions. */
int cgroup_limit_cpuset(const struct cgroup *cgroup, int directory);
int cgroup_limit_pids(const struct cgroup *cgroup, int directory);

/* CPU shares of v1, 2 to 262144, as a weight of v2, 1 to 10000. */
uint64_t cgroup_weight(uint64_t shares);

#endif
