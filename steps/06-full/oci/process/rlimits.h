/*
 * Chapter 6: limits of a process's resources. They are as old as Unix, and each process has its
 * own. The limits of a cgroup (chapter 5) are for all its processes together.
 *
 * Source: getrlimit(2). Article 2: Rlimits.
 */
#ifndef STEPS_RLIMITS_H
#define STEPS_RLIMITS_H

#include <stddef.h>
#include <sys/resource.h>

struct rlimits_entry {
	int type; /* RLIMIT_NOFILE, ... */
	rlim_t soft, hard;
};

struct rlimits {
	struct rlimits_entry *list;
	size_t count;
};

/* The type of "RLIMIT_NOFILE" or "nofile", or -1. */
int rlimits_by_name(const char *name);

/* Adds a limit, or replaces the limit of the same type. Returns 0 or -1. */
int rlimits_add(struct rlimits *rlimits, int type, rlim_t soft, rlim_t hard);

/*
 * Sets the limits of this process, which execve(2) keeps. Call this late, since the limits hold for
 * the runtime as well, but before the capabilities are lowered. Returns 0 or -1 (EPERM: above the
 * hard limit of this process).
 */
int rlimits_set(const struct rlimits *rlimits);

#endif
