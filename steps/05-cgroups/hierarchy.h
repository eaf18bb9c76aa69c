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
	CONTROLLER_CPUACCT, /* v1 alone, as are the next two: v2 does that in every cgroup */
	CONTROLLER_DEVICES,
	CONTROLLER_FREEZER,
	CONTROLLER_HUGETLB, /* from here on for chapter 6 */
	CONTROLLER_RDMA,
	CONTROLLER_NET_CLS, /* v1 alone, and the next one */
	CONTROLLER_NET_PRIO,
	CONTROLLER_MISC,
	CONTROLLERS,
};

/* A set of controllers is a number that has their bits. */
#define SET(controller) (1U << (controller))

struct hierarchy {
	int version;   /* 1 or 2 */
	char name[64]; /* v1: its controllers, as mounted, "cpu,cpuacct"; v2: "unified" */
	unsigned int controllers; /* the set of those that live here */
	int top;		  /* the topmost cgroup that we may write to */
	int depth;		  /* how many are above it, up to the hierarchy's root */
	int directory;		  /* our cgroup; -1: we have none here */
	int lock;		  /* what keeps it ours */
};

enum { HIERARCHIES_MAX = CONTROLLERS + 1 };

/*
 * Finds the hierarchies that are mounted and that we may write to: v2, and those of v1 that have
 * one of the controllers `wanted`. They come in the order in which a container's cgroups are
 * removed: the freezer first, for a frozen process dies when it is thawed; last v2, or else that of
 * the devices, for one of these each container has. Returns how many, whose `top` is to be closed,
 * or -1.
 */
int hierarchy_find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted);

/*
 * What of a cgroup's path, which begins at the hierarchy's root, is below `top`; all of it, if it
 * does not lead there.
 */
const char *hierarchy_below_top(const struct hierarchy *hierarchy, const char *path);

/* What a controller is called in that version of cgroups; NULL: it is not there. */
const char *hierarchy_controller(int version, enum controller controller);

/* The set of controllers that are in a list: "cpu,cpuacct" or "cpu io memory". */
unsigned int hierarchy_controllers(int version, const char *list);

#endif
