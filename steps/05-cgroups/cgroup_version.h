/*
 * Chapter 5: what the two versions of cgroups do differently, behind one interface.
 *
 * Each function works on one hierarchy, or on the open directory of a cgroup in it, and returns 0,
 * or -1 with a message.
 */
#ifndef STEPS_CGROUP_VERSION_H
#define STEPS_CGROUP_VERSION_H

#include "cgroup.h"

struct cgroup_version {
	/* Makes the controllers work in the cgroup `child`, which was just made in `parent`. */
	int (*adopt)(int parent, int child, unsigned int controllers);

	/* Puts the rules for devices in force, if this hierarchy is the one that keeps them. */
	int (*limit_devices)(const struct devices *devices, const struct hierarchy *hierarchy);

	/*
	 * Mounts the hierarchy below `root`: on /sys/fs/cgroup/NAME, or on /sys/fs/cgroup itself if
	 * it is `alone`.
	 */
	int (*mount)(const struct hierarchy *hierarchy, int root, bool alone);

	/* Sends SIGKILL to all processes in the cgroup and below. Leaves no message. */
	int (*kill)(int directory, int64_t deadline);

	/* Fills the fields that the controllers of this hierarchy count. */
	void (*count)(const struct hierarchy *hierarchy, struct cgroup_usage *usage);
};

extern const struct cgroup_version cgroup_v1, cgroup_v2;

static inline const struct cgroup_version *version_of(const struct hierarchy *hierarchy)
{
	return hierarchy->version == 2 ? &cgroup_v2 : &cgroup_v1;
}

#endif
