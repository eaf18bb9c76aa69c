/*
 * Chapter 6: mounts of the type "cgroup" or "cgroup2", as this machine has them.
 *
 * Source: config-linux.md of the OCI runtime specification, "Default Filesystems". Both types have
 * the same meaning, since an engine does not know which version the machine has.
 */
#ifndef STEPS_MOUNTS_CGROUP_H
#define STEPS_MOUNTS_CGROUP_H

#include "cgroup.h"
#include "mounts.h"

/* True if the file system type is one of these two. */
bool mounts_is_cgroup(const char *type);

/* The hierarchies that are mounted. */
struct mounts_view {
	const struct cgroup *cgroup;
	bool is_new;		    /* as they are seen from a new cgroup namespace */
	const char *label;	    /* SELinux label of a tmpfs for them; or NULL */
	int trees[HIERARCHIES_MAX]; /* or else bind mounts of the cgroups, attached nowhere yet */
};

/* On the host, after the cgroups were made: makes the bind mounts. Returns 0 or -1. */
int mounts_view_open(struct mounts_view *view);

/*
 * In the container: mounts the hierarchies below `root` on entry->target. If there is only v2, it
 * is mounted on the target itself; otherwise each hierarchy has a directory there. Returns 0 or -1.
 */
int mounts_cgroup(const struct mounts_entry *entry, const struct mounts_view *view, int root);

#endif
