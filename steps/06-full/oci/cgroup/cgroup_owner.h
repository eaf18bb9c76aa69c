/*
 * Chapter 6: a cgroup of v2 that the container may divide further belongs to its user.
 *
 * The owner of the directory can make cgroups in it; the files that the kernel lists let the owner
 * move processes and pass controllers on. The limits still belong to root. On v1 all this would not
 * be safe.
 *
 * Source: "Cgroup ownership" in config-linux.md of the OCI runtime specification; "Cgroups
 * delegation" in cgroups(7).
 */
#ifndef STEPS_CGROUP_OWNER_H
#define STEPS_CGROUP_OWNER_H

#include "cgroup.h"
#include "mounts.h"
#include "userns.h"

/*
 * After the cgroup was made, for a container with a cgroup namespace of its own: gives the cgroup
 * to the `user` of the command, if the container has a mount of the cgroups that can be written to.
 * Returns 0 or -1.
 */
int cgroup_owner_set(const struct cgroup *cgroup, const struct mounts *mounts,
		     const struct userns *userns, uid_t user);

#endif
