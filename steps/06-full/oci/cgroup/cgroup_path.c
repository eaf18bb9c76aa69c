#include "cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

const char *cgroup_path_choose(const char *wanted, const char *id)
{
	char *own;

	if (wanted && *wanted)
		return wanted;
	if (asprintf(&own, "/%s", id) >= 0)
		return own;
	fail("asprintf");
	return NULL;
}

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
		if (file_is_dots(name))
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
 * Makes or opens the next cgroup of a path. Controllers that a limit needs must work there. The
 * others only count what is used: if they are not available, the numbers are missing. Returns a
 * descriptor or -1.
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

/* Makes the cgroup. Returns 1 if it existed already, 0 if it did not, or -1. */
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
 * Opens the cgroup that `path` names; or, if `last` is not NULL, the one above it, and fills `last`
 * with the name of the cgroup there. Opens it name by name, since a path may be longer than the
 * kernel takes at once. Returns a descriptor or -1 with errno.
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

/*
 * Removes the cgroup unless it has processes. Waits a moment for processes that are about to end.
 */
static void remove_empty(const struct hierarchy *hierarchy, const char *path, int *tries)
{
	char name[NAME_MAX + 1];
	autofd int parent = open_place(hierarchy, path, name);

	while (parent >= 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno == EBUSY &&
	       (*tries)-- > 0)
		usleep(TRY_MICROSECONDS);
}

/*
 * A cgroup whose path the runtime has chosen must not be used by others, since all that is in it is
 * removed with the container. A cgroup that a killed runtime has left is empty, or will be in a
 * moment.
 */
static int make_anew(struct hierarchy *hierarchy, const char *path, unsigned int needed)
{
	int tries = TRIES;

	cleanup_fd(&hierarchy->directory);
	remove_empty(hierarchy, path, &tries);
	if (make(hierarchy, path, needed) == 0)
		return 0;
	cleanup_fd(&hierarchy->directory);
	return fail_input("linux.cgroupsPath: must be there, for a cgroup %s is in use by others",
			  path);
}

/*
 * True if the cgroup itself is frozen, not one above it. A cgroup that was made below a frozen one
 * is not frozen itself.
 */
static bool is_frozen(const struct hierarchy *hierarchy)
{
	autofree char *frozen =
		file_read_at(hierarchy->directory,
			     hierarchy->version == 2 ? "cgroup.freeze" : "freezer.self_freezing");

	return frozen && *frozen == '1';
}

/*
 * A cgroup that existed may have processes of others in it. In a frozen one, the container would
 * not start. Returns 0 or -1.
 */
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
		return 0; /* nobody can make a node here, and the host's modes guard its nodes */
	if (cgroup_hierarchy(cgroup, SET(CONTROLLER_DEVICES)))
		return 0;
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

/*
 * Opens the cgroup. Returns 0; 1 if there is a cgroup of somebody else, which is not opened; or -1.
 */
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
		/*
		 * A hierarchy with a name and no controllers is that of a service manager: the
		 * container need not have a cgroup there.
		 */
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

bool cgroup_path_is_known(const char *path, const struct directory_ids *ids)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (!ids->known)
		return false;
	if (open_own(cgroup, path, ids) == 0)
		return cgroup_hierarchy(cgroup, ~0U) != NULL;
	fail_forget();
	return false;
}

int cgroup_path_each(const char *path, const struct directory_ids *ids,
		     void (*each)(pid_t pid, void *data), void *data)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path, ids) < 0)
		return -1;
	/*
	 * The home hierarchy is last. Other programs rarely move a process there; to freeze it,
	 * they move it in the freezer's hierarchy.
	 */
	for (int i = cgroup->hierarchy_count - 1; i >= 0; i--)
		if (cgroup->hierarchies[i].directory >= 0)
			return cgroup_each_process(cgroup->hierarchies[i].directory, each, data,
						   cgroup_deadline());
	return 0;
}

int cgroup_path_kill(const char *path, const struct directory_ids *ids)
{
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (cgroup_path_open(cgroup, path, ids) < 0)
		return -1;
	/* Kill all at once. One by one, processes could fork faster than they are killed. */
	if (cgroup_kill(cgroup) < 0)
		fail_forget(); /* the cgroup was removed meanwhile */
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
