/*
 * Chapter 6: a cgroup that systemd makes, for a machine whose cgroups systemd manages.
 *
 * systemd makes a transient unit, a *scope*: a cgroup for processes that systemd has not started
 * itself. With Delegate, systemd leaves all below this cgroup to the runtime. A scope begins with a
 * process and ends with its last one. So a placeholder process is in it until the container's first
 * process is. For everything else, the scope is a cgroup at a path (cgroup_path.h).
 *
 * busctl(1) makes the calls: it is there wherever systemd is. Debian has no static libsystemd, a
 * static program cannot load a library of another C library, and D-Bus is a large protocol. Limits
 * are set after the placeholder has ended: otherwise, with pids.limit 1, there would be no room for
 * the container's first process.
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
 * Fills the names for linux.cgroupsPath, "SLICE:PREFIX:NAME": the unit is PREFIX-NAME.scope.
 * Without a path (NULL), it is "oci-ID.scope". An empty SLICE, or none, is system.slice, or
 * user.slice for a user's systemd. Returns 0 or -1.
 */
int systemd_name(struct scope *scope, const char *path, const char *id);

/*
 * Starts the scope by systemd, with the properties that the annotations ask for
 * (systemd_property.h), and with the placeholder in it. Returns the path of its cgroup, which the
 * caller frees, or NULL.
 */
char *systemd_start(struct scope *scope, const char *id, const json_t *annotations);

/*
 * Moves the container's first process to the scope's cgroup, if it is not there yet, and ends the
 * placeholder. Returns 0 or -1.
 */
int systemd_adopt(struct scope *scope, pid_t pid);

/*
 * After the first process could not be started: if the reason is that the slice allows no more
 * processes, sets a message that says so. Returns -1.
 */
int systemd_explain_spawn(const struct scope *scope);

/* Ends the placeholder of a scope that no process has adopted. */
void systemd_release(struct scope *scope);

/*
 * Sends systemd the limits that it knows. Otherwise systemd would remove them when it writes the
 * files of a cgroup again (daemon-reload). Returns 0 or -1.
 */
int systemd_limit(const char *unit, const struct limits *limits, const struct cgroup *cgroup);

/*
 * Stops the unit and makes systemd forget it, also if it has failed. Warns if systemd cannot be
 * asked.
 */
void systemd_stop(const char *unit);

#endif
