/*
 * Chapter 6: a cgroup at a path that somebody else has chosen, and that stays between two verbs.
 *
 * Chapter 5's has a name of its own, and goes with its step. Here the engine says where: it reads
 * the statistics there itself. So it is one cgroup and not two, in every hierarchy, and nothing is
 * written to the one above, which may have others in it.
 *
 * Source: cgroupsPath in config-linux.md of the OCI runtime specification.
 */
#ifndef STEPS_CGROUP_PATH_H
#define STEPS_CGROUP_PATH_H

#include "cgroup.h"
#include "directory_ids.h"

/* Who makes it: we; systemd (systemd.h); or nobody, and the container stays in ours. */
enum cgroup_manager { MANAGER_CGROUPFS, MANAGER_SYSTEMD, MANAGER_NONE };

/*
 * What a cgroup may be that is there already: nobody's, or it is refused; somebody's, of whose
 * processes a warning tells, but not frozen; or what systemd has made for us.
 */
enum cgroup_claim { CLAIM_ALONE, CLAIM_SHARED, CLAIM_MADE };

/*
 * Makes the cgroup, with those above it that are missing, so that the set of controllers `needed`
 * works in it, and has it keep the rules for devices; `with_named`: also where the hierarchy has no
 * controllers but a name, since the container is to see it. The functions of chapter 5 go on from
 * there, and resources_write(). Returns 0 or -1; cgroup_path_discard() undoes it in both cases.
 */
int cgroup_path_create(struct cgroup *cgroup, const char *path, enum cgroup_claim claim,
		       unsigned int needed, bool with_named);

/*
 * Refuses rules for devices that the configuration requires, where there is no cgroup to keep them.
 * Without root they are ignored, as by other runtimes. Returns 0 or -1.
 */
int cgroup_path_require_devices(const struct cgroup *cgroup);

/*
 * The functions from here on act on the cgroup at `path` only if it is the one that was made: `ids`
 * has it. NULL: that is not known. If somebody else has one there, the first three fail with
 * ESTALE.
 */

/* Opens it in those hierarchies where it is; nowhere, if the path is empty. Returns 0 or -1. */
int cgroup_path_open(struct cgroup *cgroup, const char *path, const struct directory_ids *ids);

/* Calls `each` with the pid of every process in it and below it. Returns 0 or -1. */
int cgroup_path_each(const char *path, const struct directory_ids *ids,
		     void (*each)(pid_t pid, void *data), void *data);

/*
 * Sends a signal to every process in it and below it. After SIGKILL they are thawed, for on v1 a
 * frozen process would not die. Returns 0 or -1.
 */
int cgroup_path_signal(const char *path, const struct directory_ids *ids, int signal);

/* After a `create` that failed: removes it, but neither what others have in it nor have
 * frozen. Returns 0 or -1. */
int cgroup_path_discard(const char *path, const struct directory_ids *ids);

/*
 * Kills what is in it, and removes it. Returns 0; 1, with a warning, where somebody else's has been
 * left; or -1: some of it has stayed.
 */
int cgroup_path_remove(const char *path, const struct directory_ids *ids);

#endif
