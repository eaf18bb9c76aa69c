/*
 * Chapter 6: a cgroup at a path that the engine has chosen, and that stays from one verb to the
 * next.
 *
 * Chapter 5's cgroup has a name of its own, and is removed with its step. Here the engine chooses
 * the path: it reads the statistics there itself. So there is one cgroup and not two, in every
 * hierarchy, and no limit is written to the cgroup above, which others may use as well.
 *
 * Source: cgroupsPath in config-linux.md of the OCI runtime specification.
 */
#ifndef STEPS_CGROUP_PATH_H
#define STEPS_CGROUP_PATH_H

#include "cgroup.h"
#include "directory_ids.h"

/*
 * The maker of the cgroup: the runtime; systemd (systemd.h); or none: the container stays in the
 * runtime's cgroup.
 */
enum cgroup_manager { MANAGER_CGROUPFS, MANAGER_SYSTEMD, MANAGER_NONE };

/*
 * If the cgroup exists already: CLAIM_ALONE refuses it if others use it. CLAIM_SHARED warns if it
 * has processes, and refuses it if it is frozen. CLAIM_MADE is for a cgroup that systemd has made
 * for the container.
 */
enum cgroup_claim { CLAIM_ALONE, CLAIM_SHARED, CLAIM_MADE };

/*
 * Returns `wanted`, the configuration's path, or, without one, a path for the container alone,
 * named after its ID. The text is never freed. NULL: no memory, with a message.
 */
const char *cgroup_path_choose(const char *wanted, const char *id);

/*
 * Makes the cgroup, and those above it that are missing, so that the set of controllers `needed`
 * works in it. Puts the rules for devices in force. `with_named`: also in hierarchies with a name
 * and no controllers, since the container is to see them. After this, the functions of chapter 5
 * and resources_write() work on the cgroup. Returns 0 or -1; cgroup_path_discard() undoes it in
 * both cases.
 */
int cgroup_path_create(struct cgroup *cgroup, const char *path, enum cgroup_claim claim,
		       unsigned int needed, bool with_named);

/*
 * Fails if the configuration requires rules for devices, and no cgroup can enforce them. Without
 * root the rules are ignored, as by other runtimes. Returns 0 or -1.
 */
int cgroup_path_require_devices(const struct cgroup *cgroup);

/*
 * The functions from here on act on the cgroup at `path` only if `ids` has it, so that it is the
 * one that was made. NULL: not known, any cgroup at the path counts. If somebody else has made one
 * there, the functions that open, list and kill fail with ESTALE.
 */

/* True if `ids` is known and has the cgroup at `path`, as seen from here. */
bool cgroup_path_is_known(const char *path, const struct directory_ids *ids);

/*
 * Opens the cgroup in those hierarchies that have it. Returns 0 or -1 (the path is empty, or leads
 * to the cgroup of somebody else).
 */
int cgroup_path_open(struct cgroup *cgroup, const char *path, const struct directory_ids *ids);

/* Calls `each` with the pid of every process in the cgroup and below it. Returns 0 or -1. */
int cgroup_path_each(const char *path, const struct directory_ids *ids,
		     void (*each)(pid_t pid, void *data), void *data);

/*
 * Kills every process in the cgroup and below it, and thaws them: on v1 a frozen process would not
 * die. Returns 0 or -1.
 */
int cgroup_path_kill(const char *path, const struct directory_ids *ids);

/*
 * After a `create` that failed: removes the cgroup, unless it is frozen, or others have processes
 * or cgroups in it. Returns 0 or -1.
 */
int cgroup_path_discard(const char *path, const struct directory_ids *ids);

/*
 * Kills all processes in the cgroup and below it, and removes it. Returns 0; 1, with a warning, if
 * there is a cgroup of somebody else, which is left; or -1: a part of the cgroup has stayed.
 */
int cgroup_path_remove(const char *path, const struct directory_ids *ids);

#endif
