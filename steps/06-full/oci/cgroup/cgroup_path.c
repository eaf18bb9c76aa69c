#include "cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"
#include "freeze.h"
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

static int find_all(struct cgroup *cgroup, bool with_named)
{
	int count = with_named ? hierarchy_find_all(cgroup->hierarchies)
			       : hierarchy_find(cgroup->hierarchies, ~0U);

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

/*
 * Opens the cgroup that `path` names; and with `last`, the one above it, in which it is called
 * *last. Step by step: a path may be longer than the kernel takes at once. Returns a descriptor or
 * -1 with errno.
 */
static int open_place(const struct hierarchy *hierarchy, const char *path, char last[NAME_MAX + 1])
{
	autofree char *copy = strdup(hierarchy_below_top(hierarchy, path));
	char *rest = copy;
	const char *name = copy ? next_name(&rest) : NULL;
	int place = name ? openat(hierarchy->top, ".", DIRECTORY) : -1;

	if (!name)
		errno = ENOENT;
	while (place >= 0 && name) {
		const char *next = next_name(&rest);
		autofd int parent = -1;

		if (last && !next) {
			if (strlen(name) <= NAME_MAX) {
				strcpy(last, name);
				break;
			}
			close(place);
			errno = ENAMETOOLONG;
			return -1;
		}
		parent = place;
		place = openat(parent, name, DIRECTORY);
		name = next;
	}
	return place;
}

/* Removes it unless somebody is in it, who may be about to end. */
static void remove_empty(const struct hierarchy *hierarchy, const char *path, int *tries)
{
	char name[NAME_MAX + 1];
	autofd int parent = open_place(hierarchy, path, name);

	while (parent >= 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno == EBUSY &&
	       (*tries)-- > 0)
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
	cleanup_fd(&hierarchy->directory);
	hierarchy->directory = -1;
	return fail_input("linux.cgroupsPath: must be there, for a cgroup %s is in use by others",
			  path);
}

/* By itself: what was made in a frozen one is not. */
static bool is_frozen(const struct hierarchy *hierarchy)
{
	autofree char *frozen =
		file_read_at(hierarchy->directory,
			     hierarchy->version == 2 ? "cgroup.freeze" : "freezer.self_freezing");

	return frozen && *frozen == '1';
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

int cgroup_path_require_devices(const struct cgroup *cgroup)
{
	if (geteuid() != 0 || userns_is_ours())
		return 0; /* nobody can make a node here, and what is there are the host's rights */
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    (hierarchy->version == 2 || hierarchy->controllers & SET(CONTROLLER_DEVICES)))
			return 0;
	}
	if (cgroup->devices.required)
		return fail_input("linux.resources.devices: no cgroup is made, or may be written "
				  "to, that could deny a device");
	fail_warn("there is no cgroup for the container: it can use all devices");
	return 0;
}

static int limit_devices(const struct cgroup *cgroup)
{
	if (cgroup_path_require_devices(cgroup) < 0)
		return -1;
	if (geteuid() != 0 || userns_is_ours())
		return 0;
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    version_of(hierarchy)->limit_devices(&cgroup->devices, hierarchy) < 0)
			return -1;
	}
	return 0;
}

int cgroup_path_create(struct cgroup *cgroup, const char *path, enum cgroup_claim claim,
		       unsigned int needed, bool with_named)
{
	bool warned = false;

	if (check(path) < 0)
		return -1;
	if (find_all(cgroup, with_named) < 0)
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

/* Returns 0; 1 where there is somebody else's cgroup, which is not opened; or -1. */
static int open_own(struct cgroup *cgroup, const char *path, const struct directory_ids *ids)
{
	int is_others = 0;

	if (!*path)
		return fail_input("the container has no cgroup of its own");
	if (find_all(cgroup, true) < 0)
		return -1;
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		hierarchy->directory = open_place(hierarchy, path, NULL);
		if (hierarchy->directory < 0 && errno != ENOENT)
			return fail("open %s in cgroup v%d %s", path, hierarchy->version,
				    hierarchy->name);
		if (hierarchy->directory < 0 || directory_ids_has(ids, hierarchy->directory))
			continue;
		cleanup_fd(&hierarchy->directory);
		hierarchy->directory = -1;
		/* Where a name is all that there is, the container need not have one: it is a
		 * service manager's. */
		if (!hierarchy_is_named(hierarchy))
			is_others = 1;
	}
	return is_others;
}

int cgroup_path_open(struct cgroup *cgroup, const char *path, const struct directory_ids *ids)
{
	int is_others = open_own(cgroup, path, ids);

	if (is_others <= 0)
		return is_others;
	errno = ESTALE;
	return fail("the cgroup %s is not the container's: another one has been made there", path);
}

static int each_in(const struct cgroup *cgroup, void (*each)(pid_t pid, void *data), void *data)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (cgroup->hierarchies[i].directory >= 0)
			return cgroup_each_process(cgroup->hierarchies[i].directory, each, data,
						   cgroup_deadline());
	return 0;
}

int cgroup_path_each(const char *path, const struct directory_ids *ids,
		     void (*each)(pid_t pid, void *data), void *data)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path, ids) < 0)
		return -1;
	return each_in(cgroup, each, data);
}

static void send_signal(pid_t pid, void *data)
{
	kill(pid, *(int *)data);
}

int cgroup_path_signal(const char *path, const struct directory_ids *ids, int signal)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path, ids) < 0)
		return -1;
	if (signal != SIGKILL)
		return each_in(cgroup, send_signal, &signal);
	/* Not one by one: some may make others faster than that. */
	if (cgroup_kill(cgroup) < 0)
		fail_forget(); /* it has gone meanwhile */
	return 0;
}

int cgroup_path_discard(const char *path, const struct directory_ids *ids)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	int tries = TRIES;

	if (!path[strspn(path, "/")])
		return 0;
	if (open_own(cgroup, path, ids) < 0)
		return -1;
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 && !is_frozen(hierarchy))
			remove_empty(hierarchy, path, &tries);
	}
	return 0;
}

int cgroup_path_remove(const char *path, const struct directory_ids *ids)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	int64_t deadline = cgroup_deadline();
	int result;

	if (!path[strspn(path, "/")])
		return 0;
	result = open_own(cgroup, path, ids);
	if (result < 0)
		return -1;
	if (result > 0)
		fail_warn("the cgroup %s is left: it is not the container's, another one has been "
			  "made there",
			  path);
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];
		char name[NAME_MAX + 1];
		autofd int parent =
			hierarchy->directory < 0 ? -1 : open_place(hierarchy, path, name);

		if (parent >= 0 && cgroup_remove_tree(hierarchy, parent, name, deadline) < 0)
			result = -1;
	}
	return result;
}
