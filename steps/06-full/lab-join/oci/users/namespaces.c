#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "preserve_fds.h"
#include "procfs.h"

static const struct {
	const char *name; /* the specification's */
	const char *file; /* in /proc/PID/ns */
	uint64_t flag;
} kinds[NAMESPACE_KINDS] = {
	{ "user", "user", CLONE_NEWUSER },	 { "mount", "mnt", CLONE_NEWNS },
	{ "uts", "uts", CLONE_NEWUTS },		 { "ipc", "ipc", CLONE_NEWIPC },
	{ "network", "net", CLONE_NEWNET },	 { "pid", "pid", CLONE_NEWPID },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP }, { "time", "time", CLONE_NEWTIME },
};

int namespaces_by_name(const char *name)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

uint64_t namespaces_flag(int kind)
{
	return kinds[kind].flag;
}

bool namespaces_join(const struct joined *joined, uint64_t flag)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		if (kinds[i].flag == flag)
			return joined->paths[i];
	return false;
}

/*
 * Moves the PID namespace to `pids`, to be entered last: processes in it can look into each process
 * that is in it. Closes it if it is the caller's own.
 */
static int set_apart(struct joined *joined)
{
	const int kind = namespaces_by_name("pid");
	struct stat ours, theirs;

	if (!joined->paths[kind])
		return 0;
	if (stat("/proc/self/ns/pid", &ours) < 0 || fstat(joined->opened[kind], &theirs) < 0)
		return fail("stat of a PID namespace");
	joined->paths[kind] = NULL;
	if (file_is_same(&ours, &theirs))
		cleanup_fd(&joined->opened[kind]);
	else
		joined->pids = cleanup_take_fd(&joined->opened[kind]);
	return 0;
}

int namespaces_find_other(pid_t pid, uint64_t *found)
{
	*found = 0;
	/*
	 * TODO 1: two processes are in the same namespace if the files /proc/PID/ns/NAME of both
	 * are the same: stat(2), file_is_same(). Compare those of this process ("self") and of the
	 * process `pid` for all of `kinds`, and add the flags of those that differ. A kernel
	 * without such namespaces has no file for this process. If `pid` has none, return
	 * fail("stat %s") with its path.
	 */
	(void)pid;
	return 0;
}

int namespaces_open_of(pid_t pid, const char *name)
{
	char path[64];
	int namespace;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	return namespace < 0 ? fail("open %s", path) : namespace;
}

int namespaces_open(struct joined *joined)
{
	joined->pids = -1;
	for (int i = 0; i < NAMESPACE_KINDS; i++) {
		const char *path = joined->paths[i];

		joined->opened[i] = -1;
		if (!path)
			continue;
		if (preserve_fds_check("linux.namespaces", path) < 0)
			return -1;
		joined->opened[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (joined->opened[i] < 0)
			return fail("open %s", path);
		/* Report a path of another kind before anything is done. */
		if ((uint64_t)ioctl(joined->opened[i], NS_GET_NSTYPE) != kinds[i].flag)
			return fail_input("linux.namespaces: %s is no %s namespace", path,
					  kinds[i].name);
	}
	return set_apart(joined);
}

/*
 * The user namespace's index in `kinds`. This namespace changes the rights of the caller, as the
 * mount namespace changes what paths mean: see below.
 */
enum { USER = 0 };

static int enter(const struct joined *joined, int kind)
{
	narrate("setns %s", joined->paths[kind]);
	return setns(joined->opened[kind], (int)kinds[kind].flag);
}

/* After setns(2), the ids of the caller may have no number in the user namespace. */
int namespaces_become_root(void)
{
	/*
	 * TODO 3: leave all groups (EPERM is no failure), and become group 0 and user 0. Failures
	 * begin with "setgroups", "setresgid 0" and "setresuid 0".
	 */
	return 0;
}

/*
 * A namespace that belongs to the user namespace can be entered only with the rights that the
 * caller has in there. A namespace that belongs to the host can be entered only with the rights
 * that the caller has before. So the others are tried before and after the user namespace.
 */
int namespaces_enter(const struct joined *joined)
{
	/*
	 * TODO 2: enter() each namespace that has a path, but for that of USER. Failures:
	 * fail("setns %s") with the path.
	 *
	 * TODO 3: if there is a user namespace: try the others before it, enter it, become its
	 * root, and enter now those of the others for which the caller had no right before (EPERM;
	 * another failure ends the function at once).
	 */
	(void)joined;
	(void)enter;
	return 0;
}

int namespaces_new_time(const struct joined *joined)
{
	narrate("unshare CLONE_NEWTIME");
	if (unshare(CLONE_NEWTIME) < 0)
		return fail("unshare CLONE_NEWTIME");
	return joined->clocks ? procfs_write("self/timens_offsets", joined->clocks) : 0;
}
