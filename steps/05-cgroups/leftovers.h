/*
 * Chapter 5: cgroups that a step has left behind, since it was killed.
 *
 * Source: flock(2).
 */
#ifndef STEPS_LEFTOVERS_H
#define STEPS_LEFTOVERS_H

#include "hierarchy.h"

/* A step's outer cgroups are named "step-PID-TIME". */
#define CGROUP_PREFIX "step-"

/*
 * Removes the cgroups of steps that were killed. A step locks its cgroup in the home hierarchy
 * first, and keeps this lock to its end: when nobody holds the lock, the step is dead. A cgroup
 * that cannot be removed leads to a warning.
 */
void cgroup_remove_leftovers(const struct hierarchy *hierarchy);

#endif
