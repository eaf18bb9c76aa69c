/*
 * Chapter 6: properties of a unit of systemd, as busctl(1) takes them: each is a name, a type, and
 * the words of its value.
 *
 * Source: busctl(1), "Parameter Formatting"; org.freedesktop.systemd1(5);
 * systemd.resource-control(5).
 */
#ifndef STEPS_SYSTEMD_PROPERTY_H
#define STEPS_SYSTEMD_PROPERTY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"
#include "resources.h"

struct properties {
	size_t count;
	char **words;
	size_t word_count;
	bool no_memory; /* a word is missing: there was no memory for it */
};

/*
 * The first function adds a property, with the first word of its value (NULL: none yet). The second
 * adds one more word.
 */
void property_add(struct properties *properties, const char *name, const char *type,
		  const char *value);
void property_add_word(struct properties *properties, const char *text, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds the number of elements of a value, and their words. */
void property_add_list(struct properties *properties, size_t count, const struct properties *words);

/*
 * Adds those limits that systemd knows as well, as runC does, with the values that the cgroup's
 * files have now: the kernel has already read forms such as "64M", "0x10" and "0-8:2/4". systemd
 * would overwrite any other value at its next daemon-reload.
 */
void property_add_resources(struct properties *properties, const struct limits *limits,
			    const struct cgroup *cgroup);

/* Rounds the CPU time in a cgroup's file as systemd does, which keeps whole percents. */
void property_round(int directory);

/* Adds the rules for devices on cgroup v1. Adds nothing on v2. Returns 0 or -1. */
int property_add_devices(struct properties *properties, const struct cgroup *cgroup);

/*
 * Adds what annotations ask for, "org.systemd.property.NAME": "VALUE", in the text format of
 * GVariant: "uint64 5000", "'text'", "true", "['a', 'b']". A name that ends in Sec has its value in
 * seconds. Returns 0 or -1. Source: docs/systemd.md of runC; gvariant-text in GLib's manual.
 */
int property_add_annotations(struct properties *properties, const json_t *annotations);

#define autoproperties __attribute__((cleanup(property_free)))
void property_free(struct properties *properties);

#endif
