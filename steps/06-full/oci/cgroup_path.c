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
#include "file.h"
#include "narrate.h"
#include "userns.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
enum { TRIES = 200, TRY_MICROSECONDS = 1000 };

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

/* A cgroup of v1 that somebody has just made by mkdir(2) has no CPUs. */
static bool lacks_cpus(const struct hierarchy *hierarchy, int directory)
{
	bool has_lists = hierarchy->controllers & SET(CONTROLLER_CPUSET);
	autofree char *list = has_lists ? file_read_at(directory, "cpuset.cpus") : NULL;

	return list && *list == '\n';
}

/*
 * One step down. Controllers that a limit needs have to work there; the others count what is used,
 * and where they cannot be had, nobody knows.
 */
static int make_one(const struct hierarchy *hierarchy, int parent, const char *name,
		    unsigned int needed, bool *made)
{
	unsigned int others = hierarchy->controllers & ~needed;
	int child;

	*made = mkdirat(parent, name, 0755) == 0;
	if (!*made && errno != EEXIST)
		return fail("mkdirat %s in cgroup v%d %s", name, hierarchy->version,
			    hierarchy->name);
	child = openat(parent, name, DIRECTORY);
	if (child < 0)
		return fail("open %s in cgroup v%d %s", name, hierarchy->version, hierarchy->name);
	if (!*made && hierarchy->version == 1 && !lacks_cpus(hierarchy, child))
		return child;
	if (version_of(hierarchy)->adopt(parent, child, hierarchy->controllers & needed) < 0) {
		close(child);
		return -1;
	}
	if (version_of(hierarchy)->adopt(parent, child, others) < 0)
		fail_forget();
	return child;
}

/* Returns 1 if it was there already, 0, or -1. */
static int make(struct hierarchy *hierarchy, const char *path, unsigned int needed)
{
	autofree char *copy = strdup(hierarchy_below_top(hierarchy, path));
	char *rest = copy;
	int place = openat(hierarchy->top, ".", DIRECTORY);
	bool made = false;

	for (const char *name; place >= 0 && (name = next_name(&rest));) {
		autofd int parent = place;

		place = make_one(hierarchy, parent, name, needed, &made);
	}
	hierarchy->directory = place;
	return place < 0 ? fail("make the cgroup %s", path) : !made;
}

/* Removes it unless somebody is in it, who may be about to end. */
static void remove_empty(const struct hierarchy *hierarchy, const char *path, int *tries)
{
	path = hierarchy_below_top(hierarchy, path);
	path += strspn(path, "/");
	while (unlinkat(hierarchy->top, path, AT_REMOVEDIR) < 0 && errno == EBUSY && (*tries)-- > 0)
		usleep(TRY_MICROSECONDS);
}

/*
 * A cgroup of our own choice is nobody else's, for with the container all that is in it goes. What
 * a runtime left that was killed is empty, or will be in a moment.
 */
static int make_anew(struct hierarchy *hierarchy, const char *path, unsigned int needed)
{
	int tries = TRIES;

	cleanup_fd(&hierarchy->directory);
	remove_empty(hierarchy, path, &tries);
	if (make(hierarchy, path, needed) == 0)
		return 0;
	return fail_input("linux.cgroupsPath: must be there, for a cgroup %s is in use by others",
			  path);
}

static bool is_frozen(const struct hierarchy *hierarchy)
{
	bool v2 = hierarchy->version == 2;
	const char *word = v2 ? "1" : "FROZEN";
	autofree char *state =
		file_read_at(hierarchy->directory, v2 ? "cgroup.freeze" : "freezer.state");

	return state && strncmp(state, word, strlen(word)) == 0;
}

/* One that was there may have processes of others in it; in a frozen one, ours would not begin. */
static int share(const struct hierarchy *hierarchy, const char *path, bool *warned)
{
	autofree char *processes = file_read_at(hierarchy->directory, "cgroup.procs");

	if (is_frozen(hierarchy))
		return fail_input("linux.cgroupsPath: %s: container's cgroup unexpectedly frozen",
				  path);
	if (!processes || !*processes || *warned)
		return 0;
	fail_warn("linux.cgroupsPath: %s: container's cgroup is not empty: `delete` ends all in it",
		  path);
	*warned = true;
	return 0;
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

int cgroup_path_create(struct cgroup *cgroup, const char *path, enum cgroup_claim claim,
		       unsigned int needed)
{
	bool warned = false;

	if (check(path) < 0)
		return -1;
	if (find_all(cgroup) < 0)
		return -1;
	narrate("mkdirat the cgroup %s in %d hierarchies", path, cgroup->hierarchy_count);
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];
		int was_there = make(hierarchy, path, needed);

		if (was_there == 1 && claim == CLAIM_ALONE)
			was_there = make_anew(hierarchy, path, needed);
		else if (was_there == 1 && claim == CLAIM_SHARED)
			was_there = share(hierarchy, path, &warned);
		if (was_there < 0)
			return -1;
	}
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

void cgroup_path_discard(const char *path)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	int tries = TRIES;

	if (!path[strspn(path, "/")] || cgroup_path_open(cgroup, path) < 0)
		return;
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 && !is_frozen(hierarchy))
			remove_empty(hierarchy, path, &tries);
	}
}

void cgroup_path_remove(const char *path)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	autofree char *whole = strdup(path);

	while (whole && *whole && whole[strlen(whole) - 1] == '/')
		whole[strlen(whole) - 1] = '\0';
	if (!whole || !*whole || cgroup_path_open(cgroup, whole) < 0)
		return;
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (cgroup->hierarchies[i].directory >= 0)
			remove_last(&cgroup->hierarchies[i], whole);
}
