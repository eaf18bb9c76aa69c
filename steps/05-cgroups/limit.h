/*
 * Chapter 5: limits. Each is described once, by a row of a table: the file that keeps it in v1 of
 * cgroups and in v2, and the form in which each file takes the value.
 *
 *     cgroup_options.c, or the reader of config.json (chapter 6):  limits_add()
 *     cgroup_create():                                             limits_write()
 *
 * Source: in the kernel's Documentation/admin-guide: cgroup-v2.rst, "Controllers"; cgroup-v1/.
 * Article 2: configs.Resources.
 */
#ifndef STEPS_LIMIT_H
#define STEPS_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hierarchy.h"

/* The forms in which a file takes a value. A number below 0 means: no limit. */
enum limit_form {
	AS_NUMBER,
	AS_MAX,	  /* the number; "max": no limit */
	AS_SWAP,  /* swap alone: the number is memory and swap together; "max": no limit */
	AS_QUOTA, /* "QUOTA PERIOD"; "max PERIOD": no limit */
	AS_LIST,  /* "0-2,7" */
	AS_RATE,  /* "8:0 600": the numbers of a device, and the rate */
	AS_RBPS,  /* "8:0 rbps=600"; the next three likewise */
	AS_WBPS,
	AS_RIOPS,
	AS_WIOPS,
	/*
	 * The files with the forms below divide something among sibling cgroups. The inner cgroup
	 * has no siblings, so these values are written to the outer one as well.
	 */
	AS_LOW,	   /* as AS_MAX */
	AS_SHARES, /* as AS_NUMBER */
	AS_WEIGHT, /* a weight from 1 to 10000; the number is shares, from 2 to 262144 */
};

/* A file's name begins with its controller's. NULL: that version has no such limit. */
struct limit_row {
	const char *v1;
	enum limit_form v1_form;
	const char *v2;
	enum limit_form v2_form;
};

enum {
	LIMIT_MEMORY,
	LIMIT_SWAP,
	LIMIT_LOW,
	LIMIT_SWAPPINESS,
	LIMIT_SHARES,
	LIMIT_QUOTA,
	LIMIT_CPUS,
	LIMIT_MEMS,
	LIMIT_PIDS,
	LIMIT_RBPS,
	LIMIT_WBPS,
	LIMIT_RIOPS,
	LIMIT_WIOPS,
	LIMIT_ROWS,
};

extern const struct limit_row limit_rows[LIMIT_ROWS];

struct limit_value {
	int64_t number;	  /* bytes, microseconds, ...; a rate: 0 is no limit */
	int64_t memory;	  /* AS_SWAP: the limit of the memory */
	uint64_t period;  /* AS_QUOTA: microseconds; 0: the period stays as it is */
	const char *list; /* AS_LIST */
	dev_t device;	  /* of a rate */
};

/* A limit that is wanted. */
struct limit {
	const char *name; /* for messages: "memory", "linux.resources.memory.limit" */
	const struct limit_row *row;
	int64_t number;
	const char *v1, *v2; /* the files; NULL: that version has no such limit */
	char *v1_text, *v2_text;
	unsigned int controllers; /* the set of those that it needs */
	bool is_optional;	  /* nothing is written where the kernel has no such file */
	/* Chapter 6, for an `update` that fails: */
	bool is_written;
	char *before; /* the text that restores the old value; NULL: not known */
};

struct limits {
	struct limit *list;
	size_t count;
	bool check_memory; /* chapter 6: refuse a limit that is lower than the usage */
};

/*
 * Add a limit: a value for a row of the table, or, for chapter 6, files and texts, which have to be
 * allocated. Return it, valid until the next one is added, or NULL with a message.
 */
struct limit *limits_add(struct limits *limits, const char *name, const struct limit_row *row,
			 const struct limit_value *value);
struct limit *limits_append(struct limits *limits, struct limit limit);

/* Returns the limit of that row, or NULL. */
struct limit *limits_find(const struct limits *limits, const struct limit_row *row);

/* Takes the limit of that row off the list, if there is one. */
void limits_remove(struct limits *limits, const struct limit_row *row);

/* Returns the set of the controllers that the limits need. */
unsigned int limits_controllers(const struct limits *limits);

/*
 * Writes the limits whose controllers the hierarchy has to the container's cgroup there. Returns 0
 * or -1.
 */
int limits_write(const struct limits *limits, const struct hierarchy *hierarchy);

#endif
