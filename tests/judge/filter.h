/*
 * Filters of system calls, which the judge loads before the learner's code runs.
 *
 * Source: seccomp_load(3), seccomp_notify_fd(3).
 */
#ifndef JUDGE_FILTER_H
#define JUDGE_FILTER_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

/* A system call, or with `has_first` only those of its calls that have this first argument. */
struct filter_call {
	int number;
	bool has_first;
	uint64_t first;
};

/*
 * Loads a filter into this process: `action` (SCMP_ACT_ERRNO(EPERM), SCMP_ACT_NOTIFY) for these
 * calls, no limit for all others. No new privileges stay possible, for the learner's programs are
 * executed as root. With SCMP_ACT_NOTIFY, *listener is the descriptor for the answers; otherwise
 * NULL. Returns 0, or -1 with errno.
 */
int filter_load(uint32_t action, const struct filter_call *calls, size_t count, int *listener);

#endif
