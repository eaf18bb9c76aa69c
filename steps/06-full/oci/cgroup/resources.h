/*
 * Chapter 6: limits as a configuration has them, for a cgroup that processes may be in already:
 * either all of them are written, or none.
 *
 * A limit that the machine's version of cgroups does not have is refused by the field's name.
 *
 * Source: resources in config-linux.md of the OCI runtime specification. Article 2:
 * configs.Resources.
 */
#ifndef STEPS_RESOURCES_H
#define STEPS_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

/* The file for a limit on this machine. */
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
 * Writes the limits to the cgroups, whose directories are open. A limit that the kernel refuses is
 * tried once more after the others, since some limits depend on others. Returns 0; or -1, and all
 * values are as they were before.
 */
int resources_write(struct limits *limits, const struct cgroup *cgroup);

/* ---- resources_undo.c ---- */

/* Returns the current value, as a text that resources_undo() can write; NULL: not known. */
char *resources_before(const struct resource_place *place);

/* Writes the old values back. Warns of each value that cannot be written. */
void resources_undo(const struct limits *limits, const struct cgroup *cgroup);

/* ---- resources_explain.c ---- */

/*
 * Sets the message for a value that the kernel has refused, with the numbers that conflict with it.
 * Returns -1.
 */
int resources_explain(const struct limit *limit, const struct resource_place *place,
		      const char *text);

/*
 * After a `create` that failed: if the kernel has killed a process because memory ran out, sets a
 * message that says which limit was too low.
 */
void resources_explain_kill(const struct limits *limits, const struct cgroup *cgroup);

#endif
