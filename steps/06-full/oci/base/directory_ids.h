/*
 * Chapter 6: which directories were made for a container.
 *
 * The path of a directory is recorded when the directory is made, and used later. When the
 * container has ended, its cgroup may have gone, and somebody else may have made a cgroup with the
 * same path. Or the path leads elsewhere, because other parts of the hierarchies are mounted there
 * now. So the device and the inode are recorded as well: the kernel gives this pair to no other
 * directory of these file systems.
 *
 * Source: st_dev and st_ino in inode(7); cgroup_namespaces(7).
 */
#ifndef STEPS_DIRECTORY_IDS_H
#define STEPS_DIRECTORY_IDS_H

#include <jansson.h>
#include <stdbool.h>

#include "cgroup.h"

struct directory_ids {
	bool known; /* false: every directory counts as the container's */
	size_t count;
	struct {
		json_int_t device, inode;
	} list[HIERARCHIES_MAX + 1]; /* the container's cgroups, and its resctrl group */
};

/* Adds the open `directory`; adds nothing if that is -1. */
void directory_ids_add(struct directory_ids *ids, int directory);

/* True if the open directory is one of `ids`, or if `ids` is NULL or not known. */
bool directory_ids_has(const struct directory_ids *ids, int directory);

/* Returns a JSON array of pairs, or a JSON null if `ids` is not known. The caller frees it. */
json_t *directory_ids_write(const struct directory_ids *ids);
void directory_ids_read(struct directory_ids *ids, const json_t *json);

#endif
