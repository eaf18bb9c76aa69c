/*
 * Chapter 6: freezes, thaws or kills all processes of a container's cgroup at once.
 *
 * Source: cgroup.freeze and cgroup.kill in the kernel's Documentation/admin-guide/cgroup-v2.rst;
 * cgroup-v1/freezer-subsystem.rst. Article 2: Pause, Resume.
 */
#ifndef STEPS_FREEZE_H
#define STEPS_FREEZE_H

#include "cgroup.h"

/* Freeze and thaw all processes of the cgroup. Return when all are frozen or thawed: 0, or -1. */
int cgroup_freeze(const struct cgroup *cgroup);
int cgroup_thaw(const struct cgroup *cgroup);

/* Ends all processes of the cgroup, frozen ones too. Returns 0 or -1. */
int cgroup_kill(const struct cgroup *cgroup);

#endif
