/*
 * Chapter 6: which directories were made for a container.
 *
 * A path is written down when a directory is made, and believed later. When the container has
 * ended, its cgroup may have gone, and somebody else may have made one with the same path; or the
 * path leads elsewhere, where other parts of the hierarchies are mounted. So the device and the
 * inode are written down as well: a file system of the kernel's gives neither to another directory.
 *
 * Source: st_dev and st_ino in inode(7); cgroup_namespaces(7).
 */
#ifndef STEPS_DIRECTORY_IDS_H
#define STEPS_DIRECTORY_IDS_H

#include <jansson.h>
#include <stdbool.h>

#include "cgroup.h"

struct directory_ids {
	bool known; /* or else every directory counts as the container's */
	size_t count;
	struct {
		json_int_t device, inode;
	} list[HIERARCHIES_MAX + 1]; /* its cgroups, and its group of resctrl */
};

/* Adds one that is open; nothing where `directory` is -1. */
void directory_ids_add(struct directory_ids *ids, int directory);

/* True if the open directory is one of them, or if nothing is known: `ids` may be NULL. */
bool directory_ids_has(const struct directory_ids *ids, int directory);

/* As a JSON array of pairs; json_null where nothing is known. The caller frees it. */
json_t *directory_ids_write(const struct directory_ids *ids);
void directory_ids_read(struct directory_ids *ids, const json_t *json);

#endif
