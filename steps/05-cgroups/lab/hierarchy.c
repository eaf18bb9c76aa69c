#include "hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup_file.h"
#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

static const char *const names[CONTROLLERS][2] = {
	[CONTROLLER_MEMORY] = { "memory", "memory" },
	[CONTROLLER_CPU] = { "cpu", "cpu" },
	[CONTROLLER_CPUSET] = { "cpuset", "cpuset" },
	[CONTROLLER_PIDS] = { "pids", "pids" },
	[CONTROLLER_IO] = { "blkio", "io" },
	[CONTROLLER_CPUACCT] = { "cpuacct", NULL },
	[CONTROLLER_DEVICES] = { "devices", NULL },
	[CONTROLLER_FREEZER] = { "freezer", NULL },
	[CONTROLLER_HUGETLB] = { "hugetlb", "hugetlb" },
	[CONTROLLER_RDMA] = { "rdma", "rdma" },
	[CONTROLLER_NET_CLS] = { "net_cls", NULL },
	[CONTROLLER_NET_PRIO] = { "net_prio", NULL },
	[CONTROLLER_MISC] = { "misc", "misc" },
};

const char *hierarchy_controller(int version, enum controller controller)
{
	return names[controller][version - 1];
}

unsigned int hierarchy_controllers(int version, const char *list)
{
	/*
	 * TODO 1: for each name in the list (commas, spaces or a newline are between them) that one
	 * of the controllers has in this version, add SET(controller). "cpu" is not "cpuset".
	 */
	(void)version;
	(void)list;
	return 0;
}

/* Our own cgroup in a hierarchy, from a line such as "4:memory:/user" or "0::/user"; or NULL. */
static char *own_path(const struct hierarchy *hierarchy)
{
	autofile FILE *file = fopen("/proc/self/cgroup", "re");
	autofree char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		char *controllers = strchr(line, ':') + 1;
		char *path = strchr(controllers, ':');

		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (hierarchy->version == 2
			    ? !*controllers
			    : hierarchy_controllers(1, controllers) & hierarchy->controllers)
			return strdup(path);
	}
	return NULL;
}

static bool is_ours(int directory)
{
	return faccessat(directory, "cgroup.procs", W_OK, AT_EACCESS) == 0;
}

/*
 * Makes `top` the topmost cgroup that we may write to, on the way from the one that is mounted,
 * `root`, to our own. For root that is the first one; a user may have been given one further down.
 */
static void go_to_ours(struct hierarchy *hierarchy, const char *root)
{
	autofree char *own = NULL;
	char *rest;

	if (is_ours(hierarchy->top))
		return;
	own = own_path(hierarchy);
	rest = own;
	if (own && strcmp(root, "/") != 0)
		rest = strncmp(own, root, strlen(root)) == 0 ? own + strlen(root) : NULL;
	for (const char *above = own; rest && above < rest; above++)
		hierarchy->depth += *above == '/' && above + 1 < rest;
	do {
		const char *name = rest ? strsep(&rest, "/") : NULL;
		autofd int upper = hierarchy->top;

		hierarchy->depth += name && *name;
		hierarchy->top = name
			? openat(upper, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			: -1;
	} while (hierarchy->top >= 0 && !is_ours(hierarchy->top));
}

const char *hierarchy_below_top(const struct hierarchy *hierarchy, const char *path)
{
	autofree char *own = hierarchy->depth ? own_path(hierarchy) : NULL;
	size_t length = 0;

	for (int i = 0; own && i < hierarchy->depth; i++) {
		length += strspn(own + length, "/");
		length += strcspn(own + length, "/");
	}
	if (!own || strncmp(path, own, length) != 0 || (path[length] && path[length] != '/'))
		return path;
	return path + length;
}

/* Opens what is mounted there, unless it is hidden from us or covered by another mount. */
static int open_mount(struct hierarchy *hierarchy, const char *mountpoint)
{
	/*
	 * TODO 2: open the directory into hierarchy->top; that it is not there, or not for us
	 * (ENOENT, EACCES), is no failure. Then fstatfs(2) tells the type of what is really there:
	 * CGROUP2_SUPER_MAGIC or CGROUP_SUPER_MAGIC. Return 1 if it is of our version; if not,
	 * close it, top = -1, and return 0.
	 */
	struct statfs status;

	(void)status;
	(void)hierarchy;
	(void)mountpoint;
	return 0;
}

/* The controllers of a v1 hierarchy are among its mount's options, with "rw" and the like. */
static void name_by_controllers(struct hierarchy *hierarchy)
{
	for (int i = 0; i < CONTROLLERS; i++) {
		size_t used = strlen(hierarchy->name);

		if (hierarchy->controllers & SET(i))
			snprintf(hierarchy->name + used, sizeof(hierarchy->name) - used, "%s%s",
				 used ? "," : "", names[i][0]);
	}
}

/*
 * Fills `hierarchy` from a line of mountinfo:
 * 36 35 0:30 ROOT MOUNTPOINT rw,relatime shared:1 - cgroup cgroup rw,cpu,cpuacct
 * Returns 1, 0 if it is none that we can use or want, or -1.
 */
static int read_mount(const char *line, struct hierarchy *hierarchy, unsigned int wanted)
{
	char root[PATH_MAX], mountpoint[PATH_MAX], type[16], options[256];
	const char *separator = strstr(line, " - cgroup"); /* most lines are none of ours */
	autofree char *list = NULL;
	int opened;

	*hierarchy = (struct hierarchy){ .top = -1, .directory = -1, .lock = -1 };
	if (!separator || sscanf(separator, " - %15s %*s %255s", type, options) != 2 ||
	    sscanf(line, "%*s %*s %*s %4095s %4095s", root, mountpoint) != 2)
		return 0;
	if (strcmp(type, "cgroup") == 0) {
		hierarchy->version = 1;
		hierarchy->controllers = hierarchy_controllers(1, options);
		name_by_controllers(hierarchy);
	} else if (strcmp(type, "cgroup2") == 0) {
		hierarchy->version = 2;
		strcpy(hierarchy->name, "unified");
	}
	if (hierarchy->version != 2 && !(hierarchy->controllers & wanted))
		return 0;
	opened = open_mount(hierarchy, mountpoint);
	if (opened <= 0)
		return opened;
	go_to_ours(hierarchy, root);
	if (hierarchy->top < 0 || hierarchy->version == 1)
		return hierarchy->top >= 0;
	list = cgroup_read(hierarchy->top, "cgroup.controllers");
	if (!list)
		return -1;
	hierarchy->controllers = hierarchy_controllers(2, list);
	return 1;
}

static bool is_known(const struct hierarchy *hierarchies, int count, const struct hierarchy *new)
{
	for (int i = 0; i < count; i++)
		if (hierarchies[i].version == new->version &&
		    (new->version == 2 || hierarchies[i].controllers &new->controllers))
			return true;
	return false;
}

/* Where it comes in the order that hierarchy.h promises. */
static int place(const struct hierarchy *hierarchy)
{
	if (hierarchy->controllers & SET(CONTROLLER_FREEZER))
		return 0;
	if (hierarchy->version == 2)
		return 3;
	return hierarchy->controllers & SET(CONTROLLER_DEVICES) ? 2 : 1;
}

static int compare(const void *left, const void *right)
{
	return place(left) - place(right);
}

int hierarchy_find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted)
{
	autofile FILE *mounts = fopen("/proc/self/mountinfo", "re");
	autofree char *line = NULL;
	size_t size = 0;
	int count = 0;

	if (!mounts)
		return fail("open /proc/self/mountinfo");
	while (count < HIERARCHIES_MAX && getline(&line, &size, mounts) > 0) {
		struct hierarchy *next = &hierarchies[count];
		int found = read_mount(line, next, wanted);

		if (found < 0)
			return -1;
		if (found && !is_known(hierarchies, count, next)) {
			narrate("found cgroup v%d %s", next->version, next->name);
			count++;
		} else {
			cleanup_fd(&next->top);
		}
	}
	if (ferror(mounts))
		return fail("read /proc/self/mountinfo");
	qsort(hierarchies, (size_t)count, sizeof(*hierarchies), compare);
	return count;
}
