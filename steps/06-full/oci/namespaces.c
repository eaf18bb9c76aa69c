#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"
#include "procfs.h"

/* The names are the specification's. */
static const struct {
	const char *name;
	uint64_t flag;
} kinds[NAMESPACE_KINDS] = {
	{ "user", CLONE_NEWUSER },     { "mount", CLONE_NEWNS },    { "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC },       { "network", CLONE_NEWNET }, { "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
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

int namespaces_open(struct joined *joined)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++) {
		const char *path = joined->paths[i];

		joined->opened[i] = -1;
		if (!path)
			continue;
		joined->opened[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (joined->opened[i] < 0)
			return fail("open %s", path);
		/* So that a path of another kind is told before anything is done. */
		if ((uint64_t)ioctl(joined->opened[i], NS_GET_NSTYPE) != kinds[i].flag)
			return fail_input("linux.namespaces: %s is no %s namespace", path,
					  kinds[i].name);
	}
	return 0;
}

/* The mount namespace changes what paths mean, and the user namespace what we may do: see below. */
enum { USER = 0 };

static int enter(const struct joined *joined, int kind)
{
	narrate("setns %s", joined->paths[kind]);
	return setns(joined->opened[kind], (int)kinds[kind].flag);
}

/* Who was nobody there becomes root, where there is one. */
static int become_root(void)
{
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return fail("setgroups");
	if (setresgid(0, 0, 0) < 0)
		return fail("setresgid 0");
	return setresuid(0, 0, 0) < 0 ? fail("setresuid 0") : 0;
}

/*
 * A namespace that belongs to the user namespace can be entered only with the rights that we have
 * in there, one that belongs to the host only with those that we have before: so both are tried.
 */
int namespaces_enter(const struct joined *joined)
{
	bool is_entered[NAMESPACE_KINDS] = { false };

	for (int i = USER + 1; i < NAMESPACE_KINDS; i++)
		is_entered[i] = joined->paths[i] && enter(joined, i) == 0;
	if (joined->paths[USER]) {
		if (enter(joined, USER) < 0)
			return fail("setns %s", joined->paths[USER]);
		if (become_root() < 0)
			return -1;
	}
	for (int i = USER + 1; i < NAMESPACE_KINDS; i++)
		if (joined->paths[i] && !is_entered[i] && enter(joined, i) < 0)
			return fail("setns %s", joined->paths[i]);
	return 0;
}

int namespaces_new_time(const struct joined *joined)
{
	narrate("unshare CLONE_NEWTIME");
	if (unshare(CLONE_NEWTIME) < 0)
		return fail("unshare CLONE_NEWTIME");
	return joined->clocks ? procfs_write("self/timens_offsets", joined->clocks) : 0;
}
