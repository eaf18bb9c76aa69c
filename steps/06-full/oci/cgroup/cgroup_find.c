#include "cgroup_find.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_file.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "hierarchy.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The path in the line of a hierarchy, in the text of /proc/PID/cgroup: "4:freezer:/a/b". */
static char *path_in(const char *text, const struct hierarchy *hierarchy)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		const char *controllers, *path;
		char list[256];

		line += *line == '\n';
		controllers = strchr(line, ':');
		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			return NULL;
		snprintf(list, sizeof(list), "%.*s", (int)(path - controllers - 1),
			 controllers + 1);
		if (hierarchy_is_in(hierarchy, list))
			return strndup(path + 1, strcspn(path + 1, "\n"));
	}
	return NULL;
}

char *cgroup_find_seen(const struct hierarchy *hierarchy, pid_t pid)
{
	autofree char *text = NULL;
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	text = file_read(name);
	return text ? path_in(text, hierarchy) : NULL;
}

/* Opens the path name by name: the whole may be longer than the kernel takes at once. */
static int open_below(const struct hierarchy *hierarchy, const char *path)
{
	autofree char *copy = strdup(hierarchy_below_top(hierarchy, path));
	char *rest = copy;
	int place = copy ? openat(hierarchy->top, ".", DIRECTORY) : -1;

	for (const char *name; place >= 0 && (name = strsep(&rest, "/"));) {
		autofd int parent = place;

		place = openat(parent, *name ? name : ".", DIRECTORY);
	}
	return place;
}

static bool has_process(int directory, pid_t pid)
{
	autofree char *list = directory < 0 ? NULL : file_read_at(directory, "cgroup.procs");
	char *rest = list;

	for (const char *line; (line = strsep(&rest, "\n"));)
		if (atoi(line) == pid)
			return true;
	return false;
}

/*
 * Cuts `path`, the cgroup of the first process, after the name of the container's cgroup: the
 * process may have moved further down. Returns false if `path` does not have this name.
 */
static bool cut_behind(char *path, const char *name, size_t length)
{
	for (char *place = path; (place = strchr(place, '/'));) {
		place++;
		if (strncmp(place, name, length) == 0 && strchr("/", place[length])) {
			place[length] = '\0';
			return true;
		}
	}
	return false;
}

/* The last name in a path, and its length. */
static const char *last_name(const char *path, size_t *length)
{
	const char *end = path + strlen(path), *name;

	while (end > path && end[-1] == '/')
		end--;
	for (name = end; name > path && name[-1] != '/';)
		name--;
	*length = (size_t)(end - name);
	return name;
}

/*
 * `seen` is the path of the process's cgroup in this hierarchy, from the root of the runtime's
 * cgroup namespace. The mount may begin further down. So names are removed from the beginning of
 * the path until it leads to a cgroup that has the process. Returns the path, or NULL.
 */
static char *find_in(const struct hierarchy *hierarchy, const char *seen, const char *path,
		     pid_t pid)
{
	size_t length;
	const char *name = last_name(path, &length);

	for (const char *place = seen; length && place; place = strchr(place + 1, '/')) {
		autofd int directory = strstr(place, "/../") ? -1 : open_below(hierarchy, place);
		char *found = has_process(directory, pid) ? strdup(place) : NULL;

		if (found && cut_behind(found, name, length))
			return found;
		free(found);
	}
	return NULL;
}

static char *find_anywhere(const struct hierarchy *hierarchies, int count, const char *path,
			   pid_t pid)
{
	char *found = NULL;

	/*
	 * Try this first: the kernel shows no /proc/PID/cgroup if a path is longer than PATH_MAX.
	 */
	for (int i = 0; i < count; i++) {
		autofd int directory = open_below(&hierarchies[i], path);

		if (has_process(directory, pid))
			return strdup(path);
	}
	for (int i = 0; i < count && !found; i++) {
		autofree char *seen = cgroup_find_seen(&hierarchies[i], pid);

		found = seen ? find_in(&hierarchies[i], seen, path, pid) : NULL;
	}
	return found;
}

static void close_all(struct hierarchy *hierarchies, int count)
{
	for (int i = 0; i < count; i++)
		cleanup_fd(&hierarchies[i].top);
}

char *cgroup_find(const char *path, pid_t pid)
{
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	int count = hierarchy_find(hierarchies, ~0U);
	char *found = NULL;

	if (count < 0)
		return NULL;
	found = find_anywhere(hierarchies, count, path, pid);
	close_all(hierarchies, count);
	if (!found)
		fail_input("the container's cgroup %s cannot be seen from here: process %d is in "
			   "none of that name below /sys/fs/cgroup",
			   path, pid);
	return found;
}

/* Both files, freezer.state and cgroup.events, also show that a cgroup above is frozen. */
static bool is_frozen(const struct hierarchy *hierarchy, int directory)
{
	autofree char *state = NULL;

	if (directory < 0)
		return false;
	if (hierarchy->version == 2)
		return cgroup_read_number(directory, "cgroup.events", "frozen") == 1;
	state = file_read_at(directory, "freezer.state");
	return state && strncmp(state, "THAWED", strlen("THAWED")) != 0;
}

bool cgroup_is_frozen(const struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (is_frozen(&cgroup->hierarchies[i], cgroup->hierarchies[i].directory))
			return true;
	return false;
}

bool cgroup_find_frozen(const char *path, pid_t pid)
{
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	int count = hierarchy_find(hierarchies, SET(CONTROLLER_FREEZER));
	bool frozen = false;

	if (count < 0) {
		fail_forget();
		return false;
	}
	for (int i = 0; i < count && !frozen; i++) {
		autofree char *seen = cgroup_find_seen(&hierarchies[i], pid);
		autofree char *own =
			seen && *path ? find_in(&hierarchies[i], seen, path, pid) : NULL;
		const char *place = own ? own : seen;
		autofd int directory = place ? open_below(&hierarchies[i], place) : -1;

		frozen = is_frozen(&hierarchies[i], directory);
	}
	close_all(hierarchies, count);
	return frozen;
}

bool cgroup_find_freezer_v1(struct hierarchy *freezer)
{
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	int count = hierarchy_find(hierarchies, SET(CONTROLLER_FREEZER));
	bool found = false;

	for (int i = 0; i < count; i++) {
		if (found || hierarchies[i].version != 1) {
			cleanup_fd(&hierarchies[i].top);
			continue;
		}
		*freezer = hierarchies[i];
		found = true;
	}
	fail_forget();
	return found;
}

void cgroup_find_kill_frozen(const struct hierarchy *freezer, pid_t pid)
{
	autofree char *seen = cgroup_find_seen(freezer, pid);
	autofd int directory = seen ? open_below(freezer, seen) : -1;
	char text[16];

	if (!is_frozen(freezer, directory))
		return;
	kill(pid, SIGKILL);
	snprintf(text, sizeof(text), "%d", pid);
	cgroup_try_write(freezer->top, "cgroup.procs", text);
}
