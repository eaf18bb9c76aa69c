/*
 * Shared by the tests of chapter 5: step 05, and the views of cgroups that this machine can give.
 */
#ifndef TESTS_TEST_05_H
#define TESTS_TEST_05_H

#include <signal.h>

#include "test_03.h"

/* Runs step 05 with these options and command, without a network. */
#define step(...) run("./step-05", "--network", "none", __VA_ARGS__)

/* Runs step 05 where cgroups are mounted as `view` says: tests/cgroups.sh. */
#define step_in(view, ...)                                                                         \
	run("tests/cgroups.sh", view, "./step-05", "--network", "none", __VA_ARGS__)

/* Returns true if cgroups of that version are mounted: "cgroup" (v1) or "cgroup2". */
static inline bool is_mounted(const char *type)
{
	char script[128];

	snprintf(script, sizeof(script), "grep -q '^[^ ]* [^ ]* %s ' /proc/self/mounts", type);
	return run("sh", "-c", script)->status == 0;
}

/* Returns true if a hierarchy has the controller, by its name in v2 ("io"). */
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

/* Returns true if the controller is in v2. */
static inline bool is_in_v2(const char *name)
{
	char script[256];

	snprintf(script, sizeof(script),
		 "grep -qw %s $(awk '$3 == \"cgroup2\" { print $2 \"/cgroup.controllers\" }' "
		 "/proc/self/mounts) /dev/null",
		 name);
	return run("sh", "-c", script)->status == 0;
}

/*
 * Returns the path of this process's cgroup in the hierarchy at `mountpoint`: v2, or the one of v1
 * which has this controller. A process that has left it goes back to it, since the topmost cgroup
 * takes no process once it hands down a controller.
 */
static inline const char *own_cgroup(const char *mountpoint, const char *controller)
{
	static char path[512];
	char script[256];

	snprintf(script, sizeof(script),
		 "list=%s; [ ! -f %s/cgroup.controllers ] || list=\n"
		 "sed -n \"s/^[0-9]*:$list://p\" /proc/self/cgroup",
		 controller, mountpoint);
	snprintf(path, sizeof(path), "%s%.300s", mountpoint, run_shell(script)->out);
	path[strcspn(path, "\n")] = '\0';
	return path;
}

#define need_controller(name)                                                                      \
	do {                                                                                       \
		if (!has_controller(name))                                                         \
			skip_because("no cgroup hierarchy here has the controller %s", name);      \
	} while (0)

#define need_version(name, version)                                                                \
	do {                                                                                       \
		if (!has_controller(name) || is_in_v2(name) != ((version) == 2))                   \
			skip_because("the controller %s is not in cgroup v%d here", name,          \
				     version);                                                     \
	} while (0)

/* Makes two tests of a function: each is skipped unless its version has the controller. */
#define test_in_each_version(function, controller)                                                 \
	static void function##_in_v1(void **state)                                                 \
	{                                                                                          \
		(void)state;                                                                       \
		need_version(controller, 1);                                                       \
		function();                                                                        \
	}                                                                                          \
	static void function##_in_v2(void **state)                                                 \
	{                                                                                          \
		(void)state;                                                                       \
		need_version(controller, 2);                                                       \
		function();                                                                        \
	}

/* Returns the views that differ on this machine; the last one is NULL. */
static inline const char *const *views(void)
{
	static const char *const all[] = { "here", "v1", "v2", NULL },
				 *const one[] = { "here", NULL };

	return is_mounted("cgroup") && is_mounted("cgroup2") ? all : one;
}

/* Returns the number after `key` in `text`. The test fails if there is none. */
static inline long number_after(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	if (!found)
		fail_msg("\"%s\" is not in:\n%s", key, text);
	return strtol(found + strlen(key), NULL, 10);
}

/* Fails unless `got` differs from `wanted` by at most 20 %. */
static inline void assert_within(long got, long wanted)
{
	if (got < wanted * 8 / 10 || got > wanted * 12 / 10)
		fail_msg("%ld, not %ld", got, wanted);
}

/*
 * Starts step 05 with these options and a command that sleeps. Returns the file `v2` or `v1` of the
 * cgroup in which the command is, as the host sees it; "" if there is no such file.
 */
#define outside(v2, v1, ...) outside_with(v2, v1, (const char *const[]){ __VA_ARGS__, NULL })
static inline const char *outside_with(const char *v2, const char *v1, const char *const options[])
{
	const char *argv[16] = { "./step-05", "--network", "none" }, *token = random_name();
	const struct result *result;
	char command[64];
	size_t count = 3;
	pid_t pid;
	int out;

	snprintf(command, sizeof(command), "echo ready; exec probe sleep 60 %s", token);
	while (*options)
		argv[count++] = *options++;
	argv[count++] = "sh";
	argv[count++] = "-c";
	argv[count++] = command;
	pid = start_piped_with(&out, argv);
	expect_line(out, "ready");
	result =
		script("until pid=$(pgrep -xf \"probe sleep 60 $3\"); do sleep 0.01; done\n"
		       "find /sys/fs/cgroup -name \"$1\" -o -name \"$2\" | while read -r file; do\n"
		       "! grep -qx \"$pid\" \"${file%/*}/cgroup.procs\" || cat \"$file\"; done",
		       v2, v1, token);
	kill(pid, SIGTERM);
	finish(pid);
	close(out);
	assert_success(result);
	return result->out;
}

/* A command that prints a file of /sys/fs/cgroup, which has one name in v2 and another in v1. */
#define CAT(v2, v1) "cat /sys/fs/cgroup/" v2 " /sys/fs/cgroup/" v1 " 2>/dev/null; true"

#endif
