/*
 * What the tests of chapter 3 share: scripts with a directory of their own, and module code that
 * runs where its mounts do no harm.
 */
#ifndef TESTS_TEST_03_H
#define TESTS_TEST_03_H

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "harness.h"
#include "mount.h"

/*
 * Runs a shell script, in which the values are $1, $2, ... It ends at the first command that fails,
 * and at the first `no COMMAND` that does not (the shell lets `! COMMAND` pass either way).
 */
#define script(text, ...)                                                                          \
	run("/bin/sh", "-euc",                                                                     \
	    "no() { if \"$@\"; then echo \"succeeded: $*\"; exit 9; fi; }\n" text, "sh",           \
	    __VA_ARGS__)

/* A script begins with this to have a directory $d, which goes away with it; */
#define SCRATCH "d=$(mktemp -d); trap 'rm -rf --one-file-system \"$d\"' EXIT; "
/* with this to have a root file system $r of its own as well; */
#define ROOTFS SCRATCH "r=$d/r; cp -ax rootfs/busybox $r; "
/* and `$mine 'script' ARG...` runs in mounts of its own: "/" is private there. */
#define MINE "mine='unshare --mount sh -euc'; "

/* Fails unless the script of `result` succeeded, showing what it said. */
static inline void assert_success(const struct result *result)
{
	if (result->status != 0)
		fail_msg("exit status %d; it printed:\n%s%s", result->status, result->out,
			 result->err);
}

/* Fails unless it succeeded and printed just `text`. */
static inline void assert_prints(const struct result *result, const char *text)
{
	assert_success(result);
	assert_string_equal(result->out, text);
}

/* What in_own_mounts() runs ends with this where something is not so. */
#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s (%s; \"%s\")\n", __FILE__, __LINE__,    \
				#condition, strerror(errno), fail_get()->text);                    \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Runs `inside` in a child with private mounts, as a step's container side is. */
static inline void in_own_mounts(void (*inside)(const char *argument), const char *argument)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		check(unshare(CLONE_NEWNS) == 0);
		check(mount_private() == 0);
		inside(argument);
		_exit(0);
	}
	assert_int_equal(finish(pid), 0);
}

#endif
