/*
 * Chapter 5: where the cgroups of this machine are.
 *
 * A hierarchy is a tree of cgroups, and each cgroup in it a directory. Version 2 of cgroups has one
 * hierarchy for all controllers; version 1 has several, each with one controller or two. A hybrid
 * machine has both, and each controller lives in one of them.
 *
 * Source: cgroups(7); proc_pid_mountinfo(5); Documentation/admin-guide/cgroup-v2.rst.
 */
#ifndef STEPS_HIERARCHY_H
#define STEPS_HIERARCHY_H

#include <stdbool.h>

enum controller {
	CONTROLLER_MEMORY,
	CONTROLLER_CPU,
	CONTROLLER_CPUSET,
	CONTROLLER_PIDS,
	CONTROLLER_IO,	    /* v1 calls it blkio */
	CONTROLLER_CPUACCT, /* in v1 only, as the next two: v2 does this in every cgroup */
	CONTROLLER_DEVICES,
	CONTROLLER_FREEZER,
	CONTROLLER_HUGETLB, /* from here on, for chapter 6 */
	CONTROLLER_RDMA,
	CONTROLLER_NET_CLS, /* in v1 only, as the next one */
	CONTROLLER_NET_PRIO,
	CONTROLLER_MISC,
	CONTROLLERS,
};

/* A set of controllers is a number that has their bits. */
#define SET(controller) (1U << (controller))

struct hierarchy {
	int version;   /* 1 or 2 */
	char name[64]; /* v1: its controllers, "cpu,cpuacct", or its name; v2: "unified" */
	unsigned int controllers; /* the set of the controllers in this hierarchy */
	int top;		  /* the topmost cgroup that the step may write to */
	int depth;		  /* how many cgroups are above `top` */
	int directory;		  /* the container's cgroup; -1: it has none here */
	int lock;		  /* the outer cgroup, locked as long as the step lives */
};

/* At most one for each controller, v2, and some of v1 that have a name and no controllers. */
enum { NAMED_MAX = 4, HIERARCHIES_MAX = CONTROLLERS + 1 + NAMED_MAX };

/*
 * Finds the hierarchies that are mounted and that the step may write to: v2, and those of v1 that
 * have one of the controllers `wanted`. They come in the order in which a container's cgroups are
 * removed. The freezer is first, since a frozen process does not die before it is thawed. The home
 * hierarchy, in which each container has a cgroup, is last: v2, or else that of the devices.
 * Returns how many there are, or -1. The caller closes `top` of each.
 */
int hierarchy_find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted);

/*
 * Finds all hierarchies, for chapter 6; on machines with v1 also those with a name and no
 * controllers, such as "systemd", by which a service manager tells its services apart.
 */
int hierarchy_find_all(struct hierarchy hierarchies[HIERARCHIES_MAX]);

/* True for a hierarchy of v1 that has a name and no controllers. */
bool hierarchy_is_named(const struct hierarchy *hierarchy);

/* True if a line of /proc/PID/cgroup with this list ("cpu,cpuacct") is about the hierarchy. */
bool hierarchy_is_in(const struct hierarchy *hierarchy, const char *list);

/*
 * Returns the part of a cgroup's path that is below `top`; the path begins at the hierarchy's root.
 * A path that does not lead below `top` is returned as it is.
 */
const char *hierarchy_below_top(const struct hierarchy *hierarchy, const char *path);

/* Returns a controller's name in that version of cgroups, or NULL: that version has none. */
const char *hierarchy_controller(int version, enum controller controller);

/* Returns the set of the controllers in a list: "cpu,cpuacct" or "cpu io memory". */
unsigned int hierarchy_controllers(int version, const char *list);

#endif
