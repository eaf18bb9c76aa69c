/*
 * Chapter 6: finds the cgroup of a running container.
 *
 * In another cgroup namespace, or if other parts of the hierarchies are mounted, the path of a
 * cgroup leads to another one, or to none. So a path that was written down is used only if the
 * container's first process is found in that cgroup, or below it.
 *
 * Source: /proc/PID/cgroup and cgroup.procs in cgroups(7); cgroup_namespaces(7); freezer.state in
 * the kernel's cgroup-v1/freezer-subsystem.rst; cgroup.events in cgroup-v2.rst.
 */
#ifndef STEPS_CGROUP_FIND_H
#define STEPS_CGROUP_FIND_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "directory_ids.h"

/*
 * Finds the cgroup that was made as `path` and that process `pid` is in. Returns its path, for the
 * functions of cgroup_path.h, which the caller frees; or NULL, with a message (it cannot be seen
 * from here).
 */
char *cgroup_find(const char *path, pid_t pid);

/*
 * Returns the path of the cgroup that process `pid` is in, as the runtime's cgroup namespace shows
 * it. The caller frees the path. NULL, without a message: it is not known.
 */
char *cgroup_find_seen(const struct hierarchy *hierarchy, pid_t pid);

/*
 * True if the processes of the cgroup are frozen, or about to be: by its own file, or by that of a
 * cgroup above. Process `pid` is one of them; where `path` is empty or cannot be seen, the function
 * looks at the cgroup of `pid`.
 */
bool cgroup_find_frozen(const char *path, pid_t pid);

/* The same for an open cgroup. */
bool cgroup_is_frozen(const struct cgroup *cgroup);

/*
 * Finds the hierarchy of v1 that has the freezer. Returns false if there is none. The caller closes
 * `top`. (On v2 a frozen process dies by SIGKILL, and nobody has to thaw it.)
 */
bool cgroup_find_freezer_v1(struct hierarchy *freezer);

/*
 * Kills process `pid` if its cgroup, or one above, is frozen: on v1 a frozen process does not die
 * before it is thawed, so the function moves it to the topmost cgroup. The cgroup that is frozen
 * may be that of another program.
 */
void cgroup_find_kill_frozen(const struct hierarchy *freezer, pid_t pid);

#endif
