/*
 * Chapter 5: a cgroup of its own, with limits.
 *
 *     host side                                container
 *     cgroup_create(&cgroup)
 *     child.cgroup = cgroup_directory(&cgroup)
 *     child_spawn(...)                         begins: on v2, in the cgroup
 *     child_release()                          cgroup_enter(&cgroup): enters those of v1,
 *                                                  then the cgroup namespace
 *                                              cgroup_mount(&cgroup, root)
 *     child_wait()
 *     cgroup_report(&cgroup)
 *     cgroup_remove(&cgroup), or autocgroup
 *
 * Source: cgroups(7), cgroup_namespaces(7); in the kernel's Documentation/admin-guide:
 * cgroup-v2.rst, and cgroup-v1/ for the older version.
 * Article 2: configs.Cgroup, Resources; Stats, Pause, Resume.
 */
#ifndef STEPS_CGROUP_H
#define STEPS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup_file.h"
#include "device.h"
#include "hierarchy.h"

/* How much of a block device may be used. */
struct cgroup_rate {
	enum { RATE_READ_BPS, RATE_WRITE_BPS, RATE_READ_IOPS, RATE_WRITE_IOPS } kind;
	dev_t device;
	uint64_t rate; /* bytes or operations, a second */
};

struct cgroup {
	/* What is wanted; where nothing else is said, 0 or NULL: no limit. */
	uint64_t memory;	     /* bytes */
	int64_t memory_swap;	     /* memory and swap together; 0: twice the memory; -1: any */
	uint64_t memory_reservation; /* bytes that are taken away last */
	int swappiness;		     /* 0 to 100; -1: the host's */
	uint64_t cpu_quota;	     /* microseconds of CPU time in each period */
	uint64_t cpu_period;	     /* microseconds; 0: the kernel's, 100 ms */
	uint64_t cpu_shares;	     /* as in v1: 1024 is what others have */
	const char *cpuset_cpus;     /* "0-2,7" */
	const char *cpuset_mems;
	int64_t pids; /* processes and threads; -1: no limit */
	struct cgroup_rate *rates;
	size_t rate_count;
	struct devices devices;
	bool stats; /* cgroup_report() prints them */
	/* What cgroup_create() made. */
	char name[32]; /* of the outer cgroup, in each hierarchy */
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	int hierarchy_count;
};

#define autocgroup __attribute__((cleanup(cgroup_cleanup)))

/* What was used; CGROUP_UNKNOWN: nobody has counted it. */
struct cgroup_usage {
	uint64_t memory_peak;		    /* bytes */
	uint64_t killed;		    /* processes that the kernel killed for memory */
	uint64_t cpu, cpu_user, cpu_system; /* microseconds */
	uint64_t pids_peak;
	uint64_t bytes_read, bytes_written; /* of block devices */
};

/*
 * On the host, before the child is there: finds the hierarchies, removes what steps that were
 * killed have left there, makes a cgroup in each hierarchy that is needed, and writes the limits.
 * A limit whose controller is missing is refused. Returns 0 or -1; cgroup_remove() undoes it in
 * both cases.
 */
int cgroup_create(struct cgroup *cgroup);

/* The directory to start the child in (CLONE_INTO_CGROUP of v2), or -1: there is none. */
int cgroup_directory(const struct cgroup *cgroup);

/*
 * In the child, which must have no threads: enters the cgroups of v1, and then a new cgroup
 * namespace, for which they all are "/". Returns 0 or -1.
 */
int cgroup_enter(const struct cgroup *cgroup);

/* In that namespace: mounts /sys/fs/cgroup below the new root, read-only. Returns 0 or -1. */
int cgroup_mount(const struct cgroup *cgroup, int root);

/*
 * Stops all processes of the cgroup where they are, and lets them go on. They return when it is
 * so: 0, or -1.
 */
int cgroup_freeze(const struct cgroup *cgroup);
int cgroup_thaw(const struct cgroup *cgroup);

/* Ends all processes of the cgroup, frozen ones too. Returns 0 or -1. */
int cgroup_kill(const struct cgroup *cgroup);

/* Fills `usage`. */
void cgroup_count(const struct cgroup *cgroup, struct cgroup_usage *usage);

/* Says on stderr if the kernel killed for memory, and what was used if that is wanted. */
void cgroup_report(const struct cgroup *cgroup);

/* Removes the cgroup, with whatever may still run in it. */
void cgroup_remove(struct cgroup *cgroup);

/* For autocgroup. */
void cgroup_cleanup(struct cgroup **cgroup);

#endif
