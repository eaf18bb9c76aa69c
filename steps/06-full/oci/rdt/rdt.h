/*
 * Chapter 6: a share of the processor's caches and of its memory bandwidth (Intel's RDT, AMD's
 * QoS).
 *
 * The kernel has a file system for it, resctrl: a directory is a class of service, its file
 * `schemata` says what the class may use, and `tasks` which processes are in it. A directory in
 * mon_groups counts what some of these processes use.
 *
 * Source: Documentation/filesystems/resctrl.rst of the kernel; intelRdt in config-linux.md of the
 * OCI runtime specification.
 */
#ifndef STEPS_RDT_H
#define STEPS_RDT_H

#include <stdbool.h>
#include <sys/types.h>

#include "directory_ids.h"

struct rdt {
	bool is_set;
	const char *class; /* the directory; "/": that of all processes; NULL: the container's ID */
	const char *caches;   /* lines of l3CacheSchema and memBwSchema; NULL: none */
	const char *schemata; /* lines that are written after those; NULL: none */
	bool monitoring;      /* a monitoring group of its own, with the container's ID */
};

/*
 * Returns the path where the file system is mounted, which the caller frees. NULL: it is not
 * mounted; the message says whether the kernel has it at all.
 */
char *rdt_find(void);

/* The directories of a container; NULL: none. */
struct rdt_place {
	char *class, *group;
	char *made; /* the one that is removed with the container: rdt_remove() */
};

/*
 * On the host, while the process waits: makes or finds the class below `root`, and puts the process
 * in it. Also after a failure, `place` has the directories that were made. Returns 0 or -1.
 */
int rdt_apply(const struct rdt *rdt, const char *root, const char *id, pid_t pid,
	      struct rdt_place *place);

/*
 * Puts one more process in the class and the monitoring group, which exist already; `group` may be
 * "". Returns 0 or -1.
 */
int rdt_join(const char *class, const char *group, pid_t pid);

/*
 * Puts a process that runs already, with all its threads, in the class. Returns how many threads it
 * had, 0 if it has ended, or -1.
 */
int rdt_move(const char *class, pid_t pid);

/* Writes lines of schemata to a class. *before becomes the old content. Returns 0 or -1. */
int rdt_limit(const char *class, const char *lines, char **before);

/* Removes what rdt_apply() has made, if it is one of `ids`. */
void rdt_remove(const char *made, const struct directory_ids *ids);

#endif
