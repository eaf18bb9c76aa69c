/*
 * Chapter 6: limits of a process's resources, as old as Unix, and each process's own: a cgroup's
 * limits (chapter 5) are for all processes together.
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

/* Adds a limit, or puts it in the place of another one of its type. Returns 0 or -1. */
int rlimits_add(struct rlimits *rlimits, int type, rlim_t soft, rlim_t hard);

/*
 * Sets them for us and for what we execute. Late, for they hold for us too, but before the
 * capabilities are lowered. Returns 0 or -1 (EPERM: above our own hard limit).
 */
int rlimits_set(const struct rlimits *rlimits);

#endif
