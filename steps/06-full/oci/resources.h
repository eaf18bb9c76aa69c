/*
 * Chapter 6: limits of a cgroup, as a configuration has them: all that either version knows.
 *
 * Each is a text for a file, of v1 or of v2; which one it is depends on where the machine has the
 * controller. What that version has not is refused by the field's name.
 *
 * Source: resources in config-linux.md of the OCI runtime specification; in the kernel's
 * Documentation/admin-guide: cgroup-v2.rst, and cgroup-v1/. Article 2: configs.Resources.
 */
#ifndef STEPS_RESOURCES_H
#define STEPS_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

/* Where versions of the kernel differ, there are two: "blkio.bfq.weight|blkio.weight", "5|5". */
struct resource {
	const char *field;	    /* below linux.resources: "memory.limit" */
	enum controller controller; /* CONTROLLERS: v2's, whichever it is */
	const char *v1, *v2;	    /* the files; NULL: that version has none */
	char *v1_text, *v2_text;
};

struct resources {
	struct resource *list;
	size_t count;
	unsigned int unified; /* the controllers whose files are named themselves */
	bool check_memory;    /* a limit that is less than what is used is refused */
};

/* Adds one, with the same text for both versions; it has to be allocated. Returns 0 or -1. */
int resources_add(struct resources *resources, struct resource resource);

/*
 * What is written to a file: a text that begins with "= " keeps the first word that is in it. The
 * caller frees it. NULL: the file cannot be read, or there is no memory.
 */
char *resources_complete(int directory, const char *file, const char *text);

/* The set of the controllers that they need. */
unsigned int resources_controllers(const struct resources *resources);

/*
 * Writes them to the cgroups, whose directories are open. What is refused is tried once more after
 * the others, for some depend on others. Returns 0 or -1.
 */
int resources_write(const struct resources *resources, const struct cgroup *cgroup);

#endif
