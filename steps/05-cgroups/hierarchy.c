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

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

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
	unsigned int set = 0;
	size_t length;

	for (; *list; list += length + strspn(list + length, ", \n")) {
		length = strcspn(list, ", \n");
		for (int i = 0; i < CONTROLLERS; i++) {
			const char *name = names[i][version - 1];

			if (name && strlen(name) == length && strncmp(name, list, length) == 0)
				set |= SET(i);
		}
	}
	return set;
}

bool hierarchy_is_named(const struct hierarchy *hierarchy)
{
	return hierarchy->version == 1 && !hierarchy->controllers;
}

bool hierarchy_is_in(const struct hierarchy *hierarchy, const char *list)
{
	static const char prefix[] = "name=";

	if (hierarchy->version == 2)
		return !*list;
	if (hierarchy_is_named(hierarchy))
		return strncmp(list, prefix, strlen(prefix)) == 0 &&
			strcmp(list + strlen(prefix), hierarchy->name) == 0;
	return hierarchy_controllers(1, list) & hierarchy->controllers;
}

/* True if the last call failed because the hierarchy is hidden, or may not be written to. */
static bool is_withheld(void)
{
	return errno == ENOENT || errno == EACCES || errno == EROFS;
}

/*
 * Finds this process's own cgroup in a hierarchy, from a line such as "4:memory:/user" or
 * "0::/user". *own is NULL if there is none.
 */
static int find_own_path(const struct hierarchy *hierarchy, char **own)
{
	autofile FILE *file = fopen("/proc/self/cgroup", "re");
	autofree char *line = NULL;
	size_t size = 0;

	*own = NULL;
	if (!file)
		return is_withheld() ? 0 : fail("open /proc/self/cgroup");
	while (getline(&line, &size, file) > 0) {
		char *controllers = strchr(line, ':') + 1;
		char *path = strchr(controllers, ':');

		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (!hierarchy_is_in(hierarchy, controllers))
			continue;
		*own = strdup(path);
		return *own ? 0 : fail("strdup");
	}
	return ferror(file) ? fail("read /proc/self/cgroup") : 0;
}

/* Returns 1, 0 if this process may not write to the cgroup, or -1. */
static int is_ours(int directory)
{
	if (faccessat(directory, "cgroup.procs", W_OK, AT_EACCESS) == 0)
		return 1;
	return is_withheld() ? 0 : fail("faccessat cgroup.procs");
}

/*
 * Makes `top` the topmost cgroup that this process may write to, on the way from `root`, the
 * mounted one, to its own. Root may write to the mounted one; a user may have been given one
 * further down. Returns 1, 0 if there is none, or -1.
 */
static int go_to_ours(struct hierarchy *hierarchy, const char *root)
{
	int found = is_ours(hierarchy->top);
	autofree char *own = NULL;
	char *rest;

	if (found)
		return found;
	if (find_own_path(hierarchy, &own) < 0)
		return -1;
	rest = own;
	if (own && strcmp(root, "/") != 0)
		rest = strncmp(own, root, strlen(root)) == 0 ? own + strlen(root) : NULL;
	for (const char *above = own; rest && above < rest; above++)
		hierarchy->depth += *above == '/' && above + 1 < rest;
	while (rest && !found) {
		const char *name = strsep(&rest, "/");
		autofd int upper = hierarchy->top;

		hierarchy->depth += *name != 0;
		hierarchy->top = openat(upper, *name ? name : ".", DIRECTORY);
		if (hierarchy->top < 0)
			return is_withheld() ? 0 : fail("open the cgroup %s", *name ? name : "/");
		found = is_ours(hierarchy->top);
	}
	return found;
}

const char *hierarchy_below_top(const struct hierarchy *hierarchy, const char *path)
{
	autofree char *own = NULL;
	size_t length = 0;

	if (!hierarchy->depth || find_own_path(hierarchy, &own) < 0)
		return path;
	for (int i = 0; own && i < hierarchy->depth; i++) {
		length += strspn(own + length, "/");
		length += strcspn(own + length, "/");
	}
	if (!own || strncmp(path, own, length) != 0 || (path[length] && path[length] != '/'))
		return path;
	return path + length;
}

/* Opens the mounted hierarchy. Returns 1, 0 if it is hidden or covered by another mount, or -1. */
static int open_mount(struct hierarchy *hierarchy, const char *mountpoint)
{
	unsigned int type = hierarchy->version == 2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC;
	struct statfs status;

	hierarchy->top = open(mountpoint, DIRECTORY);
	if (hierarchy->top < 0)
		return is_withheld() ? 0 : fail("open %s", mountpoint);
	if (fstatfs(hierarchy->top, &status) < 0)
		return fail("fstatfs %s", mountpoint);
	if (status.f_type != type)
		cleanup_fd(&hierarchy->top);
	return status.f_type == type;
}

/* Names a hierarchy of v1 after its controllers. */
static void name_by_controllers(struct hierarchy *hierarchy)
{
	for (int i = 0; i < CONTROLLERS; i++) {
		size_t used = strlen(hierarchy->name);

		if (hierarchy->controllers & SET(i))
			snprintf(hierarchy->name + used, sizeof(hierarchy->name) - used, "%s%s",
				 used ? "," : "", names[i][0]);
	}
}

/* A hierarchy of v1 without controllers has its name among the options: "rw,xattr,name=systemd". */
static void name_by_option(struct hierarchy *hierarchy, const char *options)
{
	const char *name = strstr(options, ",name=");
	size_t length;

	if (!name)
		return;
	name += strlen(",name=");
	length = strcspn(name, ", \n");
	if (length < sizeof(hierarchy->name))
		memcpy(hierarchy->name, name, length);
}

/*
 * Fills `hierarchy` from a line of mountinfo:
 * 36 35 0:30 ROOT MOUNTPOINT rw,relatime shared:1 - cgroup cgroup rw,cpu,cpuacct
 * Returns 1, 0 if that hierarchy cannot be used or is not wanted, or -1.
 */
static int read_mount(const char *line, struct hierarchy *hierarchy, unsigned int wanted,
		      bool with_named)
{
	char root[PATH_MAX], mountpoint[PATH_MAX], type[16], options[256];
	const char *separator = strstr(line, " - cgroup"); /* most lines have none */
	autofree char *list = NULL;
	int found;

	*hierarchy = (struct hierarchy){ .top = -1, .directory = -1, .lock = -1 };
	if (!separator || sscanf(separator, " - %15s %*s %255s", type, options) != 2 ||
	    sscanf(line, "%*s %*s %*s %4095s %4095s", root, mountpoint) != 2)
		return 0;
	if (strcmp(type, "cgroup") == 0) {
		hierarchy->version = 1;
		hierarchy->controllers = hierarchy_controllers(1, options);
		name_by_controllers(hierarchy);
		if (with_named && !hierarchy->controllers)
			name_by_option(hierarchy, separator);
	} else if (strcmp(type, "cgroup2") == 0) {
		hierarchy->version = 2;
		strcpy(hierarchy->name, "unified");
	}
	if (hierarchy->version != 2 && !(hierarchy->controllers & wanted) &&
	    (hierarchy->controllers || !*hierarchy->name))
		return 0;
	found = open_mount(hierarchy, mountpoint);
	if (found > 0)
		found = go_to_ours(hierarchy, root);
	if (found <= 0 || hierarchy->version == 1)
		return found;
	list = cgroup_read(hierarchy->top, "cgroup.controllers");
	if (!list)
		return -1;
	hierarchy->controllers = hierarchy_controllers(2, list);
	return 1;
}

static bool is_known(const struct hierarchy *hierarchies, int count, const struct hierarchy *new)
{
	int named = 0;

	for (int i = 0; i < count; i++) {
		const struct hierarchy *other = &hierarchies[i];

		named += hierarchy_is_named(other);
		if (other->version == new->version &&
		    (new->version == 2 || other->controllers &new->controllers))
			return true;
		if (hierarchy_is_named(other) && hierarchy_is_named(new) &&
		    strcmp(other->name, new->name) == 0)
			return true;
	}
	return hierarchy_is_named(new) && named == NAMED_MAX;
}

/* Returns the hierarchy's place in the order that hierarchy.h promises. */
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

static int find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted, bool with_named)
{
	autofile FILE *mounts = fopen("/proc/self/mountinfo", "re");
	autofree char *line = NULL;
	size_t size = 0;
	int count = 0;

	if (!mounts)
		return fail("open /proc/self/mountinfo");
	while (count < HIERARCHIES_MAX && getline(&line, &size, mounts) > 0) {
		struct hierarchy *next = &hierarchies[count];
		int found = read_mount(line, next, wanted, with_named);

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

int hierarchy_find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted)
{
	return find(hierarchies, wanted, false);
}

int hierarchy_find_all(struct hierarchy hierarchies[HIERARCHIES_MAX])
{
	int count = find(hierarchies, ~0U, true), kept = 0;
	bool has_v1 = false;

	for (int i = 0; i < count; i++)
		has_v1 = has_v1 || (hierarchies[i].version == 1 && hierarchies[i].controllers);
	for (int i = 0; i < count; i++) {
		if (has_v1 || !hierarchy_is_named(&hierarchies[i]))
			hierarchies[kept++] = hierarchies[i];
		else
			close(hierarchies[i].top);
	}
	return count < 0 ? -1 : kept;
}
