/*
 * Chapter 6: all processes of a container's cgroup at once.
 *
 * Source: cgroup.freeze and cgroup.kill in the kernel's Documentation/admin-guide/cgroup-v2.rst;
 * cgroup-v1/freezer-subsystem.rst. Article 2: Pause, Resume.
 */
#ifndef STEPS_FREEZE_H
#define STEPS_FREEZE_H

#include "cgroup.h"

/*
 * Stops all processes of the cgroup where they are, and lets them go on. They return when it is
 * so: 0, or -1.
 */
int cgroup_freeze(const struct cgroup *cgroup);
int cgroup_thaw(const struct cgroup *cgroup);

/* Ends all processes of the cgroup, frozen ones too. Returns 0 or -1. */
int cgroup_kill(const struct cgroup *cgroup);

#endif
