/*
 * What the tests of chapter 5 share: step 05, and the views of cgroups that this machine can give.
 */
#ifndef TESTS_TEST_05_H
#define TESTS_TEST_05_H

#include "test_03.h"

/* Runs step 05 with these options and command; its network is of no matter here. */
#define step(...) run("./step-05", "--network", "none", __VA_ARGS__)

/* The same where cgroups are mounted as `view` says, see tests/cgroups.sh. */
#define step_in(view, ...)                                                                         \
	run("tests/cgroups.sh", view, "./step-05", "--network", "none", __VA_ARGS__)

/* Whether cgroups of that version are mounted: "cgroup" (v1) or "cgroup2". */
static inline bool is_mounted(const char *type)
{
	char script[128];

	snprintf(script, sizeof(script), "grep -q '^[^ ]* [^ ]* %s ' /proc/self/mounts", type);
	return run("sh", "-c", script)->status == 0;
}

/* Whether some hierarchy has the controller, by its name in v2 ("io"). */
static inline bool has_controller(const char *name)
{
	const char *v1 = strcmp(name, "io") == 0 ? "blkio" : name;
	char script[256];

	snprintf(script, sizeof(script),
		 "grep -q '^[^ ]* [^ ]* cgroup [^ ]*[ ,]*\\b%s\\b' /proc/self/mounts ||\n"
		 "grep -qw %s $(awk '$3 == \"cgroup2\" { print $2 \"/cgroup.controllers\" }' "
		 "/proc/self/mounts)",
		 v1, name);
	return run("sh", "-c", script)->status == 0;
}

/* Whether the controller is in v2. */
static inline bool is_in_v2(const char *name)
{
	char script[256];

	snprintf(script, sizeof(script),
		 "grep -qw %s $(awk '$3 == \"cgroup2\" { print $2 \"/cgroup.controllers\" }' "
		 "/proc/self/mounts) /dev/null",
		 name);
	return run("sh", "-c", script)->status == 0;
}

#define need_controller(name)                                                                      \
	do {                                                                                       \
		if (!has_controller(name))                                                         \
			skip_because("no cgroup hierarchy here has the controller %s", name);      \
	} while (0)

/* The views in which this machine's cgroups differ; the last one is NULL. */
static inline const char *const *views(void)
{
	static const char *const all[] = { "here", "v1", "v2", NULL },
				 *const one[] = { "here", NULL };

	return is_mounted("cgroup") && is_mounted("cgroup2") ? all : one;
}

/* The number behind `key` in `text`; the test fails if there is none. */
static inline long number_after(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	if (!found)
		fail_msg("\"%s\" is not in:\n%s", key, text);
	return strtol(found + strlen(key), NULL, 10);
}

/* Fails unless `got` is `wanted`, give or take 20 %. */
static inline void assert_within(long got, long wanted)
{
	if (got < wanted * 8 / 10 || got > wanted * 12 / 10)
		fail_msg("%ld, not %ld", got, wanted);
}

/* Prints a file of /sys/fs/cgroup inside, which has one name in v2 and another in v1. */
#define CAT(v2, v1) "cat /sys/fs/cgroup/" v2 " /sys/fs/cgroup/" v1 " 2>/dev/null; true"

#endif
