#include "systemd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "program.h"
#include "systemd_property.h"
#include "userns.h"

/* The text of a problem has the name of the unit in it, which may have 255 bytes. */
enum { TRIES = 30000, STOP_TRIES = 100, TRY_MICROSECONDS = 1000, PROBLEM_MAX = 1024 };

/*
 * True if the user's own systemd is asked, and not the machine's. Podman without root calls the
 * runtime as root of a user namespace. But a whole system may be in a user namespace as well: its
 * root has no XDG_RUNTIME_DIR.
 */
static bool is_users(void)
{
	return geteuid() != 0 || (userns_is_ours() && getenv("XDG_RUNTIME_DIR"));
}

/* ---- busctl ---- */

/*
 * Calls a method of systemd's manager. Its arguments are the unit; `mode`, if it has one; and the
 * properties, if it has some, with their number before them. Returns 0, or -1 with what is wrong.
 */
static int call(const char *method, const char *types, const char *unit, const char *mode,
		const struct properties *properties, char problem[PROBLEM_MAX])
{
	const char *first[] = { "/usr/bin/busctl",
				is_users() ? "--user" : "--system",
				"--quiet",
				"--",
				"call",
				"org.freedesktop.systemd1",
				"/org/freedesktop/systemd1",
				"org.freedesktop.systemd1.Manager",
				method,
				types,
				unit };
	const size_t firsts = sizeof(first) / sizeof(first[0]);
	size_t words = properties ? properties->word_count : 0, used = firsts;
	autofree const char **arguments = calloc(firsts + words + 3, sizeof(*arguments));
	autofree char *printed = NULL;
	char count[16];

	if (!arguments || (properties && properties->no_memory)) {
		snprintf(problem, PROBLEM_MAX, "there is no memory for it");
		return -1;
	}
	memcpy(arguments, first, sizeof(first));
	if (mode)
		arguments[used++] = mode;
	if (properties) {
		snprintf(count, sizeof(count), "%zu", properties->count);
		arguments[used++] = count;
	}
	for (size_t i = 0; i < words; i++)
		arguments[used++] = properties->words[i];
	narrate("busctl call %s %s", method, unit);
	printed = program_run(arguments, "", problem, PROBLEM_MAX);
	return printed ? 0 : -1;
}

static int refuse(const char *method, const char *unit, const char *problem)
{
	return fail_input("systemd: %s %s: %s; see `systemctl %sstatus %s`, or do without: "
			  "--cgroup-manager cgroupfs",
			  method, unit, problem, is_users() ? "--user " : "", unit);
}

/* ---- The scope ---- */

int systemd_name(struct scope *scope, const char *path, const char *id)
{
	autofree char *copy = strdup(path ? path : "");
	char *rest = copy, *unit;
	const char *slice = strsep(&rest, ":"), *prefix = strsep(&rest, ":"), *name = rest;

	if (path && (!name || !*name || strchr(name, ':')))
		return fail_input("linux.cgroupsPath: with systemd must be \"SLICE:PREFIX:NAME\", "
				  "as in \"system.slice:docker:1234\", not \"%s\"",
				  path);
	if (!path) {
		prefix = "oci";
		name = id;
	}
	if (!slice || !*slice)
		slice = is_users() ? "user.slice" : "system.slice";
	scope->slice = strdup(slice);
	if (!scope->slice || asprintf(&unit, "%s%s%s.scope", prefix, *prefix ? "-" : "", name) < 0)
		return fail("strdup");
	scope->unit = unit;
	return 0;
}

/* Makes a process that does nothing. Returns its pid or -1. */
static pid_t fork_placeholder(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

void systemd_release(struct scope *scope)
{
	if (scope->placeholder <= 0)
		return;
	kill(scope->placeholder, SIGKILL);
	waitpid(scope->placeholder, NULL, 0);
	scope->placeholder = 0;
}

/*
 * Returns the path of a process's cgroup in the hierarchy that systemd uses, if it is that of the
 * unit, or else NULL. The caller frees it.
 */
static char *find_cgroup(pid_t pid, const char *unit)
{
	char file[64];
	autofree char *text = NULL;
	char *rest;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	text = file_read(file);
	rest = text;
	/* "0::/system.slice/docker-1.scope", or on v1 "1:name=systemd:/system.slice/..." */
	for (const char *line; (line = strsep(&rest, "\n"));) {
		const char *path = strchr(line, '/'), *last = strrchr(line, '/');

		if (path && strcmp(last + 1, unit) == 0 &&
		    (strncmp(line, "0::", 3) == 0 || strstr(line, ":name=systemd:")))
			return strdup(path);
	}
	return NULL;
}

/*
 * Returns the part of a cgroup's path below the topmost cgroup that the user may write to
 * (hierarchy.h), or NULL. The caller frees it.
 */
static char *path_from_top(const char *path)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	int count;

	if (!is_users())
		return strdup(path);
	count = hierarchy_find(cgroup->hierarchies, ~0U);
	cgroup->hierarchy_count = count < 0 ? 0 : count;
	for (int i = 0; i < count; i++)
		for (const char *rest = path; rest; rest = strchr(rest + 1, '/'))
			if (cgroup_has(cgroup->hierarchies[i].top, rest + 1))
				return strdup(rest);
	fail_input("systemd: %s cannot be entered from our cgroup; start us by `systemd-run --user "
		   "--scope`",
		   path);
	return NULL;
}

/*
 * systemd answers before the placeholder is in the scope. So wait for that. Returns the path, or
 * NULL.
 */
static char *wait_for_cgroup(struct scope *scope)
{
	autofree char *path = NULL;
	char *result = NULL;

	for (int i = 0; i < TRIES && !path; i++) {
		path = find_cgroup(scope->placeholder, scope->unit);
		if (!path)
			usleep(TRY_MICROSECONDS);
	}
	if (path)
		result = path_from_top(path);
	else
		refuse("StartTransientUnit", scope->unit, "it did not start");
	if (!result) {
		systemd_release(scope);
		systemd_stop(scope->unit);
	}
	return result;
}

/*
 * Adds the same properties as runC. A property that is added later overrides them. With this
 * CollectMode, systemd does not keep a unit that fails.
 */
static void describe(struct properties *properties, const struct scope *scope, const char *id)
{
	static const char *const on[] = { "Delegate", "MemoryAccounting", "CPUAccounting",
					  "IOAccounting", "TasksAccounting" };

	property_add(properties, "Description", "s", NULL);
	property_add_word(properties, "container %s", id);
	property_add(properties, "Slice", "s", scope->slice);
	property_add(properties, "PIDs", "au", "1");
	property_add_word(properties, "%d", scope->placeholder);
	property_add(properties, "DefaultDependencies", "b", "false");
	property_add(properties, "CollectMode", "s", "inactive-or-failed");
	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		property_add(properties, on[i], "b", "true");
}

char *systemd_start(struct scope *scope, const char *id, const json_t *annotations)
{
	autoproperties struct properties properties = { 0 };
	char problem[PROBLEM_MAX];

	/* Source: sd_booted(3). */
	if (!is_users() && access("/run/systemd/system", F_OK) < 0) {
		fail_input("systemd does not run here; do without: --cgroup-manager cgroupfs");
		return NULL;
	}
	scope->placeholder = fork_placeholder();
	if (scope->placeholder < 0) {
		fail("fork");
		return NULL;
	}
	describe(&properties, scope, id);
	if (property_add_annotations(&properties, annotations) < 0)
		return NULL;
	property_add_word(&properties, "0"); /* no auxiliary units */
	for (int i = 0; i < 2; i++) {
		if (call("StartTransientUnit", "ssa(sv)a(sa(sv))", scope->unit, "fail", &properties,
			 problem) == 0)
			return wait_for_cgroup(scope);
		/* A unit of this name that has failed may be left. */
		if (!strstr(problem, "already"))
			break;
		if (call("ResetFailedUnit", "s", scope->unit, NULL, NULL, problem) < 0)
			break;
	}
	refuse("StartTransientUnit", scope->unit, problem);
	return NULL;
}

int systemd_adopt(struct scope *scope, pid_t pid)
{
	autofree char *path = find_cgroup(pid, scope->unit);
	autoproperties struct properties pids = { .count = 1 };
	char problem[PROBLEM_MAX];

	/*
	 * On v1 a process is not started in a cgroup, and only systemd may move it in its own
	 * hierarchy.
	 */
	property_add_word(&pids, "%d", pid);
	if (!path && call("AttachProcessesToUnit", "ssau", scope->unit, "", &pids, problem) < 0)
		return refuse("AttachProcessesToUnit", scope->unit, problem);
	systemd_release(scope);
	return 0;
}

int systemd_explain_spawn(const struct scope *scope)
{
	if (errno != EAGAIN)
		return -1;
	fail_forget();
	return fail_input("systemd: %s takes no more processes: TasksMax of it or of a slice above "
			  "has to allow two, the container's first one and the placeholder that "
			  "its scope begins with",
			  scope->slice);
}

int systemd_limit(const char *unit, const struct limits *limits, const struct cgroup *cgroup)
{
	autoproperties struct properties properties = { 0 };
	char problem[PROBLEM_MAX];

	property_add_resources(&properties, limits, cgroup);
	if (property_add_devices(&properties, cgroup) < 0)
		return -1;
	if (properties.count &&
	    call("SetUnitProperties", "sba(sv)", unit, "true", &properties, problem) < 0)
		return refuse("SetUnitProperties", unit, problem);
	if (limits_controllers(limits) & SET(CONTROLLER_CPU))
		property_round(cgroup_directory(cgroup));
	return 0;
}

void systemd_stop(const char *unit)
{
	char problem[PROBLEM_MAX] = "it does not end";

	for (int i = 0; i < STOP_TRIES; i++) {
		if (call("StopUnit", "ss", unit, "replace", NULL, problem) < 0 ||
		    call("ResetFailedUnit", "s", unit, NULL, NULL, problem) < 0)
			break;
		usleep(TRY_MICROSECONDS);
	}
	if (!strstr(problem, "not loaded"))
		fail_warn("systemd: StopUnit %s: %s", unit, problem);
}
