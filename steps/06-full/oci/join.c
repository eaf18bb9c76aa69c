#include "join.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "filter_cache.h"
#include "narrate.h"
#include "protect.h"

static const struct {
	const char *name;
	uint64_t flag;
} kinds[] = {
	{ "user", CLONE_NEWUSER }, { "mnt", CLONE_NEWNS },	  { "pid", CLONE_NEWPID },
	{ "net", CLONE_NEWNET },   { "ipc", CLONE_NEWIPC },	  { "uts", CLONE_NEWUTS },
	{ "time", CLONE_NEWTIME }, { "cgroup", CLONE_NEWCGROUP },
};

/* Those that it has and we have not: the kernel refuses to enter our own user namespace again. */
static int find_namespaces(pid_t pid, uint64_t *found)
{
	*found = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char ours_path[64], theirs_path[64];
		struct stat ours, theirs;

		snprintf(ours_path, sizeof(ours_path), "/proc/self/ns/%s", kinds[i].name);
		snprintf(theirs_path, sizeof(theirs_path), "/proc/%d/ns/%s", pid, kinds[i].name);
		if (stat(ours_path, &ours) < 0)
			continue; /* this kernel has none of that kind */
		if (stat(theirs_path, &theirs) < 0)
			return fail("stat %s", theirs_path);
		if (ours.st_ino != theirs.st_ino)
			*found |= kinds[i].flag;
	}
	return 0;
}

/*
 * In the process in between. Without root, one may enter a PID namespace only as the root of the
 * user namespace that owns it; and the cgroups only before.
 */
static int enter_as_user(void *argument)
{
	struct join *join = argument;
	const uint64_t both = join->namespaces & (CLONE_NEWUSER | CLONE_NEWPID);

	if (cgroup_path_enter_all(&join->container->cgroup) < 0)
		return -1;
	join->container->child->cgroup = -1; /* the child is in it already */
	join->namespaces &= ~both;
	narrate("setns of process %d: its users and processes", join->pid);
	return setns(join->pidfd, (int)both) < 0 ? fail("setns of process %d", join->pid) : 0;
}

/* The root of its mount namespace need not be its own: with --no-pivot it is the host's. */
static int enter_root(int root)
{
	if (fchdir(root) < 0)
		return fail("fchdir to the container's root");
	if (chroot(".") < 0)
		return fail("chroot to the container's root");
	return 0;
}

static int inside(void *argument)
{
	struct join *join = argument;
	struct container *container = join->container;

	narrate("runC: child process in init()");
	if (protect_process() < 0)
		return -1;
	if (!container->child->between && cgroup_path_enter(&container->cgroup) < 0)
		return -1;
	if (container->scheduling.has_final &&
	    scheduling_set_cpus(&container->scheduling.final) < 0)
		return -1;
	if (bundle_begin(container) < 0)
		return -1;
	narrate("setns of process %d", join->pid);
	if (join->namespaces && setns(join->pidfd, (int)join->namespaces) < 0)
		return fail("setns of process %d", join->pid);
	if (enter_root(join->root) < 0)
		return -1;
	if (join->has_users && userns_enter(&container->userns, container->child) < 0)
		return -1;
	return container_execute(container);
}

int join_spawn(struct join *join, struct child *child)
{
	const struct scheduling *scheduling = &join->container->scheduling;
	char path[64];

	narrate("runC: nsexec container setup");
	join->container->child = child;
	if (filter_compile_once(&join->container->filter) < 0)
		return -1;
	if (listener_prepare(&join->container->filter.listener) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/root", join->pid);
	join->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (join->root < 0)
		return fail("open %s", path);
	if (find_namespaces(join->pid, &join->namespaces) < 0)
		return -1;
	join->has_users = join->namespaces & CLONE_NEWUSER;
	if (join->has_users && geteuid() != 0)
		child->between = enter_as_user;
	else if (join->namespaces & CLONE_NEWPID && setns(join->pidfd, CLONE_NEWPID) < 0)
		return fail("setns CLONE_NEWPID of process %d", join->pid);
	child->cgroup = cgroup_directory(&join->container->cgroup);
	if (scheduling->has_initial && scheduling_set_cpus(&scheduling->initial) < 0)
		return -1;
	if (child_spawn(child, 0, inside, join) < 0)
		return -1;
	return scheduling_set_oom(scheduling, child->pid);
}
