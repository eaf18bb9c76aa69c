/*
 * Shared by the tests of chapter 3 and later: scripts with a directory of their own, and code of
 * modules that runs where its mounts do no harm.
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
 * and at the first `no COMMAND` that succeeds (after `! COMMAND` a shell goes on either way).
 */
#define script(text, ...)                                                                          \
	run("/bin/sh", "-euc",                                                                     \
	    "no() { if \"$@\"; then echo \"succeeded: $*\"; exit 9; fi; }\n" text, "sh",           \
	    __VA_ARGS__)

/* A script that begins with SCRATCH has a directory $d, which is removed at its end. */
#define SCRATCH "d=$(mktemp -d); trap 'rm -rf --one-file-system \"$d\"' EXIT; "
/* With ROOTFS it has a root file system $r as well. */
#define ROOTFS SCRATCH "r=$d/r; cp -ax rootfs/busybox $r; "
/* With MINE, `$mine 'script' ARG...` runs in a new mount namespace, whose "/" is private. */
#define MINE "mine='unshare --mount sh -euc'; "
/*
 * With HELD, `hold ./step-03 OPTION...` starts a step whose command sleeps, and $pid is the
 * command's process. So the script can look at the container from outside: `build/probe mounts
 * $pid`, and its files below /proc/$pid/root. A script with HELD begins with SCRATCH or ROOTFS.
 */
#define HELD                                                                                       \
	"hold() { \"$@\" probe sleep 60 $d & step=$!\n"                                            \
	"trap 'kill $step; wait; rm -rf --one-file-system \"$d\"' EXIT\n"                          \
	"until pid=$(pgrep -f \"^probe sleep 60 $d$\"); do kill -0 $step; done; }\n"

/* Fails unless the script of `result` succeeded. Prints its output. */
static inline void assert_success(const struct result *result)
{
	if (result->status != 0)
		fail_msg("exit status %d; it printed:\n%s%s", result->status, result->out,
			 result->err);
}

/* Fails unless the script succeeded and printed exactly `text`. */
static inline void assert_prints(const struct result *result, const char *text)
{
	assert_success(result);
	assert_string_equal(result->out, text);
}

/*
 * For functions that in_own_mounts() runs: ends the process with a message if `condition` is false.
 */
#define check(condition)                                                                           \
	do {                                                                                       \
		errno = 0;                                                                         \
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
