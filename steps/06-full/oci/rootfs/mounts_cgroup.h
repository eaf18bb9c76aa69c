/*
 * Chapter 6: mounts of the type "cgroup" or "cgroup2", as this machine has them.
 *
 * Source: config-linux.md of the OCI runtime specification, "Default Filesystems"; the types are
 * not kept apart, since an engine does not know what the machine has.
 */
#ifndef STEPS_MOUNTS_CGROUP_H
#define STEPS_MOUNTS_CGROUP_H

#include "cgroup.h"
#include "mounts.h"

/* Whether a file system type is one of them. */
bool mounts_is_cgroup(const char *type);

/* What of the hierarchies is shown. */
struct mounts_view {
	const struct cgroup *cgroup;
	bool is_new;		    /* in a new cgroup namespace: as that sees it */
	const char *label;	    /* SELinux's, for what is made here; or NULL */
	int trees[HIERARCHIES_MAX]; /* else bind mounts of our cgroups, attached nowhere yet */
};

/* On the host, where the cgroups are there: makes the bind mounts. Returns 0 or -1. */
int mounts_view_open(struct mounts_view *view);

/*
 * In the container: mounts the hierarchies below `root` on entry->target, v2's alone right there,
 * v1's each in a directory of its own. Returns 0 or -1.
 */
int mounts_cgroup(const struct mounts_entry *entry, const struct mounts_view *view, int root);

#endif
