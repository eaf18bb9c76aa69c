#include "cgroup_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "userns.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The next name in a path; NULL: it ends there. */
static const char *next_name(char **rest)
{
	const char *name;

	do {
		name = strsep(rest, "/");
	} while (name && !*name);
	return name;
}

static int find_all(struct cgroup *cgroup)
{
	int count = hierarchy_find(cgroup->hierarchies, ~0U);

	if (count < 0)
		return -1;
	cgroup->hierarchy_count = count;
	return 0;
}

static int check(const char *path)
{
	autofree char *copy = strdup(path);
	char *rest = copy;

	for (const char *name; (name = next_name(&rest));)
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			return fail_input("linux.cgroupsPath: %s: must not have \"%s\" in it", path,
					  name);
	if (!path[strspn(path, "/")])
		return fail_input("linux.cgroupsPath: %s: is not the container's alone", path);
	return copy ? 0 : fail("strdup");
}

/*
 * One step down. Controllers that a limit needs have to work there; the others count what is used,
 * and where they cannot be had, nobody knows.
 */
static int make_one(const struct hierarchy *hierarchy, int parent, const char *name,
		    unsigned int needed)
{
	unsigned int others = hierarchy->controllers & ~needed;
	bool made = mkdirat(parent, name, 0755) == 0;
	int child;

	if (!made && errno != EEXIST)
		return fail("mkdirat %s in cgroup v%d %s", name, hierarchy->version,
			    hierarchy->name);
	child = openat(parent, name, DIRECTORY);
	if (child < 0)
		return fail("open %s in cgroup v%d %s", name, hierarchy->version, hierarchy->name);
	if (!made && hierarchy->version == 1)
		return child;
	if (version_of(hierarchy)->adopt(parent, child, hierarchy->controllers & needed) < 0) {
		close(child);
		return -1;
	}
	if (version_of(hierarchy)->adopt(parent, child, others) < 0)
		fail_forget();
	return child;
}

static int make(struct hierarchy *hierarchy, const char *path, unsigned int needed)
{
	autofree char *copy = strdup(hierarchy_below_top(hierarchy, path));
	char *rest = copy;
	int place = openat(hierarchy->top, ".", DIRECTORY);

	for (const char *name; place >= 0 && (name = next_name(&rest));) {
		autofd int parent = place;

		place = make_one(hierarchy, parent, name, needed);
	}
	hierarchy->directory = place;
	return place < 0 ? fail("make the cgroup %s", path) : 0;
}

/* The rules for devices: chapter 5's limits, of which nothing else is set. */
static int limit_devices(const struct cgroup *cgroup)
{
	if (userns_is_ours())
		return 0; /* nobody can make a node here, and what is there are the host's rights */
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    version_of(hierarchy)->limit(cgroup, hierarchy) < 0)
			return -1;
	}
	return 0;
}

int cgroup_path_create(struct cgroup *cgroup, const char *path, unsigned int needed)
{
	if (check(path) < 0)
		return -1;
	if (find_all(cgroup) < 0)
		return -1;
	narrate("mkdirat the cgroup %s in %d hierarchies", path, cgroup->hierarchy_count);
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (make(&cgroup->hierarchies[i], path, needed) < 0)
			return -1;
	return limit_devices(cgroup);
}

/* On v2 "threads" in the place of "tasks" would do for threads alone. */
static int enter(const struct cgroup *cgroup, int version, const char *file)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->version == version && hierarchy->directory >= 0 &&
		    cgroup_write(hierarchy->directory, file, "0") < 0)
			return -1;
	}
	return 0;
}

int cgroup_path_enter(const struct cgroup *cgroup)
{
	return enter(cgroup, 1, "tasks");
}

int cgroup_path_enter_all(const struct cgroup *cgroup)
{
	return cgroup_path_enter(cgroup) < 0 ? -1 : enter(cgroup, 2, "cgroup.procs");
}

int cgroup_path_open(struct cgroup *cgroup, const char *path)
{
	if (!*path)
		return fail_input("the container has no cgroup of its own");
	if (find_all(cgroup) < 0)
		return -1;
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];
		const char *below = hierarchy_below_top(hierarchy, path);

		below += strspn(below, "/");
		if (*below)
			hierarchy->directory = openat(hierarchy->top, below, DIRECTORY);
	}
	return 0;
}

/* Calls `each` for all that is in it and below. A process is a line of cgroup.procs. */
static void each_below(int directory, void (*each)(pid_t pid, void *data), void *data)
{
	autofree char *list = cgroup_read(directory, "cgroup.procs");
	int fd = openat(directory, ".", DIRECTORY);
	autodir DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	char *rest = list;

	if (!list)
		fail_forget(); /* it has been removed meanwhile, or it is a threaded one */
	for (const char *line; (line = strsep(&rest, "\n"));)
		if (atoi(line) > 0)
			each(atoi(line), data);
	for (struct dirent *entry; entries && (entry = readdir(entries));) {
		autofd int below = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(directory, entry->d_name, DIRECTORY);
		if (below >= 0)
			each_below(below, each, data);
	}
}

static void each_in(const struct cgroup *cgroup, void (*each)(pid_t pid, void *data), void *data)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		if (cgroup->hierarchies[i].directory < 0)
			continue;
		each_below(cgroup->hierarchies[i].directory, each, data);
		return;
	}
}

int cgroup_path_each(const char *path, void (*each)(pid_t pid, void *data), void *data)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path) < 0)
		return -1;
	each_in(cgroup, each, data);
	return 0;
}

static void send_signal(pid_t pid, void *data)
{
	kill(pid, *(int *)data);
}

int cgroup_path_signal(const char *path, int signal)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path) < 0)
		return -1;
	each_in(cgroup, send_signal, &signal);
	if (signal == SIGKILL && cgroup_thaw(cgroup) < 0)
		fail_forget(); /* it has gone meanwhile, or nothing here can freeze */
	return 0;
}

/* "/a/b/c": removes c in a/b. */
static void remove_last(const struct hierarchy *hierarchy, const char *path)
{
	const char *below = hierarchy_below_top(hierarchy, path);
	autofree char *parent_path = strdup(below + strspn(below, "/"));
	char *name = parent_path ? strrchr(parent_path, '/') : NULL;
	autofd int parent = -1;

	if (!name) {
		cgroup_remove_tree(hierarchy, hierarchy->top, below + strspn(below, "/"));
		return;
	}
	*name = '\0';
	parent = openat(hierarchy->top, parent_path, DIRECTORY);
	if (parent >= 0)
		cgroup_remove_tree(hierarchy, parent, name + 1);
}

void cgroup_path_remove(const char *path)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	autofree char *whole = strdup(path);

	while (whole && *whole && whole[strlen(whole) - 1] == '/')
		whole[strlen(whole) - 1] = '\0';
	if (!whole || cgroup_path_open(cgroup, whole) < 0)
		return;
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (cgroup->hierarchies[i].directory >= 0)
			remove_last(&cgroup->hierarchies[i], whole);
}
