#include "leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "cgroup_tree.h"
#include "cleanup.h"
#include "file.h"
#include "narrate.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The home hierarchy is the one in which each container has a cgroup: v2, or else v1's devices. */
static bool is_home(const struct hierarchy *hierarchy)
{
	return hierarchy->version == 2 || hierarchy->controllers & SET(CONTROLLER_DEVICES);
}

static void remove_everywhere(const char *name, int64_t deadline)
{
	struct hierarchy all[HIERARCHIES_MAX];
	int count = hierarchy_find(all, ~0U);

	for (int i = 0; i < count; i++) {
		cgroup_try_remove_tree(&all[i], all[i].top, name, deadline);
		cleanup_fd(&all[i].top);
	}
}

/* True for "step-PID-TIME". Another program's cgroup "step-1" must not be removed. */
static bool is_step_name(const char *name)
{
	static const char digits[] = "0123456789";
	size_t length;

	if (strncmp(name, CGROUP_PREFIX, strlen(CGROUP_PREFIX)) != 0)
		return false;
	name += strlen(CGROUP_PREFIX);
	length = strspn(name, digits);
	if (length == 0 || name[length] != '-')
		return false;
	name += length + 1;
	return *name && !name[strspn(name, digits)];
}

void cgroup_remove_leftovers(const struct hierarchy *hierarchy)
{
	int fd = openat(hierarchy->top, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	/*
	 * TODO 12: for each directory of the hierarchy's top whose name is_step_name(): open it and
	 * try to lock it, without waiting: flock(2). A step that runs holds this lock. If the lock
	 * is ours now, and the name still leads to this directory (file_is_at()), the step has
	 * gone: remove what it has left. In the hierarchy that is_home(), remove_everywhere() does
	 * so for all hierarchies; in the others, cgroup_try_remove_tree() for this one alone. Both
	 * take a cgroup_deadline().
	 */
	(void)is_step_name;
	(void)directory;
	(void)is_home;
	(void)remove_everywhere;
}
