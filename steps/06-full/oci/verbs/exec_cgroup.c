#include "exec_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cgroup_find.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/*
 * Returns what follows `path` in `seen`, without a slash; or NULL, if the components of `path` are
 * not there. What is before them is the path of the cgroup namespace that the container is seen
 * from.
 */
static const char *find_components(const char *seen, const char *path)
{
	const size_t length = strlen(path);

	if (length == 0)
		return seen + strspn(seen, "/");
	for (const char *found = seen; (found = strstr(found, path)); found++)
		if (found > seen && found[-1] == '/' && strchr("/", found[length]))
			return found + length + strspn(found + length, "/");
	return NULL;
}

/* Returns the rest of the process's cgroup path after `path`, or NULL if `path` is not in it. */
static char *find_below(const struct hierarchy *hierarchy, pid_t pid, const char *path)
{
	autofree char *seen = cgroup_find_seen(hierarchy, pid);
	const char *found = seen ? find_components(seen, path + strspn(path, "/")) : NULL;

	return found ? strdup(found) : NULL;
}

/*
 * A cgroup whose children have controllers takes no process. Then the container's first process has
 * moved to a cgroup below, and the new process follows it.
 */
static int follow(struct hierarchy *hierarchy, const char *path, pid_t first)
{
	autofree char *enabled = file_read_at(hierarchy->directory, "cgroup.subtree_control");
	autofree char *below = enabled && *enabled ? find_below(hierarchy, first, path) : NULL;
	autofd int own = -1;

	if (!below || !*below)
		return 0;
	own = hierarchy->directory;
	hierarchy->directory = openat(own, below, DIRECTORY);
	return hierarchy->directory < 0 ? fail("open the cgroup %s of process %d", below, first)
					: 0;
}

static bool leads_up(const char *path)
{
	for (const char *dots = path; (dots = strstr(dots, "..")); dots += 2)
		if ((dots == path || dots[-1] == '/') && (!dots[2] || dots[2] == '/'))
			return true;
	return false;
}

static int go_below(struct hierarchy *hierarchy, const char *path, const char *below)
{
	autofd int own = hierarchy->directory;

	hierarchy->directory = openat(own, *below ? below : ".", DIRECTORY);
	/*
	 * Engines make no cgroups in named hierarchies: there the process stays in the container's.
	 */
	if (hierarchy->directory < 0 && errno == ENOENT && hierarchy_is_named(hierarchy))
		hierarchy->directory = openat(own, ".", DIRECTORY);
	if (hierarchy->directory >= 0)
		return 0;
	return fail_input("exec --cgroup: adding pid of the command to cgroups: "
			  "%s/%s/cgroup.procs: no such file or directory",
			  path, below);
}

/*
 * Returns the hierarchies that have one of the controllers `names`, a bit for each; or 0: a
 * failure.
 */
static unsigned int find_hierarchies(const struct cgroup *cgroup, char *names)
{
	unsigned int found = 0;

	for (const char *name; (name = strsep(&names, ","));) {
		unsigned int these = 0;

		for (int i = 0; i < cgroup->hierarchy_count; i++) {
			const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

			if (hierarchy_controllers(hierarchy->version, name) &
				    hierarchy->controllers ||
			    (hierarchy_is_named(hierarchy) && hierarchy_is_in(hierarchy, name)))
				these |= 1U << i;
		}
		if (!these) {
			fail_input("exec --cgroup: unknown controller %s", name);
			return 0;
		}
		found |= these;
	}
	return found;
}

/* `done` has a bit for each hierarchy that an earlier --cgroup has chosen. */
static int choose(struct cgroup *cgroup, const char *path, const char *wanted, unsigned int *done)
{
	const char *colon = strchr(wanted, ':'), *below = colon ? colon + 1 : wanted;
	autofree char *names = colon ? strndup(wanted, (size_t)(colon - wanted)) : NULL;
	unsigned int chosen = names ? find_hierarchies(cgroup, names) : ~0U;

	if (!chosen)
		return -1;
	if (strchr(below, ':'))
		return fail_input("exec --cgroup %s: must be PATH or CONTROLLER[,...]:PATH",
				  wanted);
	if (*done && !names)
		return fail_input("exec --cgroup %s: beside another one it needs CONTROLLER:",
				  wanted);
	if (*done & chosen)
		return fail_input("exec --cgroup %s: the controller was already named", wanted);
	*done |= chosen;
	if (leads_up(below))
		return fail_input("exec --cgroup: %s is not a sub cgroup path", below);
	below += strspn(below, "/");
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (chosen & 1U << i && cgroup->hierarchies[i].directory >= 0 &&
		    go_below(&cgroup->hierarchies[i], path, below) < 0)
			return -1;
	return 0;
}

int exec_cgroup_open(struct cgroup *cgroup, const struct state *state, const char *const *wanted)
{
	const char *path = state->cgroup;
	unsigned int done = 0;

	if (!*path)
		return wanted ? fail_input("exec --cgroup: the container has no cgroup") : 0;
	if (cgroup_path_open(cgroup, path, &state->directories) < 0)
		return -1;
	for (int i = 0; !wanted && i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->version == 2 && hierarchy->directory >= 0 &&
		    follow(hierarchy, path, state->pid) < 0)
			return -1;
	}
	for (; wanted && *wanted; wanted++)
		if (choose(cgroup, path, *wanted, &done) < 0)
			return -1;
	return 0;
}
