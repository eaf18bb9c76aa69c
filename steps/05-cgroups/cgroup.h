/*
 * Chapter 5: a cgroup of its own, with limits.
 *
 *     host side                                container
 *     cgroup_create(&cgroup)
 *     child.cgroup = cgroup_directory(&cgroup)
 *     child_spawn(...)                         begins: on v2, in the cgroup
 *     child_release()                          cgroup_enter(&cgroup): enters those of v1
 *                                              cgroup_unshare(): the cgroup namespace
 *                                              cgroup_mount(&cgroup, root)
 *     child_wait()
 *     cgroup_report(&cgroup, !child.unexecuted)
 *     cgroup_remove(&cgroup), or autocgroup
 *
 * Source: cgroups(7), cgroup_namespaces(7); in the kernel's Documentation/admin-guide:
 * cgroup-v2.rst, and cgroup-v1/ for the older version.
 * Article 2: configs.Cgroup, Stats.
 */
#ifndef STEPS_CGROUP_H
#define STEPS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup_file.h"
#include "device.h"
#include "hierarchy.h"
#include "limit.h"

struct cgroup {
	/* The caller of cgroup_create() sets: */
	struct limits limits;
	struct devices devices;
	bool stats;    /* cgroup_report() prints them */
	bool is_users; /* chapter 6: the step is root of a user's namespace alone */
	/* cgroup_create() sets: */
	char name[32]; /* of the outer cgroup, in each hierarchy */
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	int hierarchy_count;
};

#define autocgroup __attribute__((cleanup(cgroup_cleanup)))

/* The usage of the cgroup's processes. CGROUP_UNKNOWN: no controller has counted it. */
struct cgroup_usage {
	uint64_t memory_peak;		    /* bytes */
	uint64_t killed;		    /* processes that the kernel killed for memory */
	uint64_t cpu, cpu_user, cpu_system; /* microseconds */
	uint64_t pids_peak;
	uint64_t bytes_read, bytes_written; /* of block devices */
};

/*
 * On the host side, before the child starts: finds the hierarchies, removes the cgroups that killed
 * steps have left there, makes a cgroup in each hierarchy that is needed, and writes the limits. A
 * limit whose controller is missing is refused. Returns 0 or -1. In both cases the caller has to
 * call cgroup_remove().
 */
int cgroup_create(struct cgroup *cgroup);

/*
 * Returns a hierarchy in which the container has a cgroup, and which is v2 or has one of these
 * controllers; or NULL.
 */
const struct hierarchy *cgroup_hierarchy(const struct cgroup *cgroup, unsigned int controllers);

/* Returns the directory for CLONE_INTO_CGROUP, which v2 alone has, or -1. */
int cgroup_directory(const struct cgroup *cgroup);

/* In the child, which must have one thread only: enters the cgroups of v1. Returns 0 or -1. */
int cgroup_enter(const struct cgroup *cgroup);

/*
 * In the child, after cgroup_enter(): enters a new cgroup namespace, in which all cgroups of the
 * child are "/". Returns 0 or -1.
 */
int cgroup_unshare(void);

/* In the new cgroup namespace: mounts /sys/fs/cgroup, read-only, below `root`. Returns 0 or -1. */
int cgroup_mount(const struct cgroup *cgroup, int root);

/* Fills `usage` with what the controllers have counted so far. */
void cgroup_count(const struct cgroup *cgroup, struct cgroup_usage *usage);

/*
 * Prints on stderr that the kernel has killed processes for memory, if it has; with --stats, also
 * what was used. Returns 0, or -1: the limit of memory is too low to execute the command.
 */
int cgroup_report(const struct cgroup *cgroup, bool is_executed);

/* Kills the processes that are still in the cgroup, and removes it. */
void cgroup_remove(struct cgroup *cgroup);

/* For autocgroup. */
void cgroup_cleanup(struct cgroup **cgroup);

#endif
