/*
 * Chapter 6: limits as a configuration has them, for a cgroup that processes may be in already:
 * either all of them are written, or none.
 *
 * What the machine's version of cgroups has not is refused by the field's name.
 *
 * Source: resources in config-linux.md of the OCI runtime specification. Article 2:
 * configs.Resources.
 */
#ifndef STEPS_RESOURCES_H
#define STEPS_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

/* Where a limit is written on this machine. */
struct resource_place {
	const struct hierarchy *hierarchy;
	char file[128];
	const char *text;
	size_t length;
};

/*
 * Fills `place`. Returns false if there is no file for it here. A limit that has a file of another
 * name in other kernels has both names, and a text for each: "blkio.bfq.weight|blkio.weight",
 * "5|5".
 */
bool resources_find(const struct limit *limit, const struct cgroup *cgroup,
		    struct resource_place *place);

/*
 * Makes what is written to a file: a text that begins with "= " keeps the first word that is in it.
 * The caller frees it. NULL: the file cannot be read, or there is no memory.
 */
char *resources_complete(int directory, const char *file, const char *text);

/*
 * Writes them to the cgroups, whose directories are open. What is refused is tried once more after
 * the others, for some depend on others. Returns 0; or -1, and all is as it was before.
 */
int resources_write(struct limits *limits, const struct cgroup *cgroup);

/* ---- resources_undo.c ---- */

/* What stands there now, as a text that would be written to have it again; NULL: not known. */
char *resources_before(const struct resource_place *place);

/* Writes back what was there before; a warning says so if that cannot be. */
void resources_undo(const struct limits *limits, const struct cgroup *cgroup);

/* ---- resources_explain.c ---- */

/*
 * Keeps the message for a value that the kernel has refused, with the numbers that are against it.
 * Returns -1.
 */
int resources_explain(const struct limit *limit, const struct resource_place *place,
		      const char *text);

/*
 * After a `create` that failed: if the kernel has killed for memory, the message says which limit
 * was too low.
 */
void resources_explain_kill(const struct limits *limits, const struct cgroup *cgroup);

#endif
