/*
 * Chapter 6: a cgroup that systemd makes, for a machine whose cgroups are systemd's.
 *
 * What it makes is a transient unit, a *scope*: processes that systemd has not started itself, in a
 * cgroup. With Delegate, what is below that is left to us. A scope begins with a process and ends
 * with its last one. So a placeholder is in it until the container's first process is; for all the
 * rest it is a cgroup at a path (cgroup_path.h).
 *
 * busctl(1) makes the calls: it is there wherever systemd is. Debian has no static libsystemd, a
 * static program cannot load a library of another C library, and D-Bus is a large protocol. Limits
 * are set when the placeholder has ended, or with pids.limit 1 the container's first process would
 * find no room.
 *
 * Source: systemd.scope(5), org.freedesktop.systemd1(5); CGROUP_DELEGATION.md of systemd; the names
 * and the properties in docs/systemd.md of runC.
 */
#ifndef STEPS_SYSTEMD_H
#define STEPS_SYSTEMD_H

#include <jansson.h>
#include <sys/types.h>

#include "cgroup.h"
#include "resources.h"

struct scope {
	const char *slice, *unit; /* "system.slice", "docker-ID.scope" */
	pid_t placeholder;	  /* 0: none any more */
};

/*
 * Fills the names for linux.cgroupsPath, "SLICE:PREFIX:NAME", or for none (NULL): it is
 * PREFIX-NAME.scope, "oci-ID.scope"; in system.slice, or a user's in user.slice. Returns 0 or -1.
 */
int systemd_name(struct scope *scope, const char *path, const char *id);

/*
 * Has systemd start the scope, with what the annotations ask for (systemd_property.h), and with the
 * placeholder in it. Returns the path of its cgroup, which the caller frees, or NULL.
 */
char *systemd_start(struct scope *scope, const char *id, const json_t *annotations);

/*
 * Moves the first process to the scope's cgroup, if it is not there yet, and ends the placeholder.
 * Returns 0 or -1.
 */
int systemd_adopt(struct scope *scope, pid_t pid);

/*
 * After a start of the first process that failed: if the slice takes no more, says so. Returns -1.
 */
int systemd_explain_spawn(const struct scope *scope);

/* Ends the placeholder of a scope that no process has adopted. */
void systemd_release(struct scope *scope);

/*
 * Tells systemd the limits, those that it knows. What it does not know of, it takes away again when
 * it writes a cgroup's files anew (daemon-reload). Returns 0 or -1.
 */
int systemd_limit(const char *unit, const struct limits *limits, const struct cgroup *cgroup);

/* Has systemd forget the unit, one that has failed as well; if it cannot be asked, warns of it. */
void systemd_stop(const char *unit);

#endif
