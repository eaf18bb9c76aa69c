#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "cgroup_tree.h"
#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"
#include "leftovers.h"
#include "mount.h"
#include "narrate.h"

/*
 * In each hierarchy the step makes two cgroups, one in the other: "step-PID-TIME/container". The
 * processes and the limits are in the inner one. The outer one is locked as long as the step lives,
 * so other steps see that it is in use. Systemd disables a controller in the root when none of its
 * units needs it; since the outer cgroup enables the controller as well, the kernel refuses that.
 */
static const char inner[] = "container";

enum { TRIES = 1000, TRY_MICROSECONDS = 1000 };
enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

const struct hierarchy *cgroup_hierarchy(const struct cgroup *cgroup, unsigned int controllers)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    (hierarchy->version == 2 || hierarchy->controllers & controllers))
			return hierarchy;
	}
	return NULL;
}

/* ---- Making ---- */

/* Makes both cgroups and locks the outer one. Returns NULL, or the name of the failed call. */
static const char *try_make(const struct cgroup *cgroup, struct hierarchy *hierarchy)
{
	autofd int outer = -1;

	if (mkdirat(hierarchy->top, cgroup->name, 0755) < 0 && errno != EEXIST)
		return "mkdirat";
	outer = openat(hierarchy->top, cgroup->name, DIRECTORY);
	if (outer < 0)
		return "open";
	if (flock(outer, LOCK_EX | LOCK_NB) < 0)
		return "flock";
	if (mkdirat(outer, inner, 0755) < 0)
		return "mkdirat";
	hierarchy->lock = cleanup_take_fd(&outer);
	return NULL;
}

/* True if errno says that another step took the cgroup for a leftover before it was locked. */
static bool was_removed(void)
{
	return errno == ENOENT || errno == ENODEV || errno == EWOULDBLOCK;
}

static int make_both(const struct cgroup *cgroup, struct hierarchy *hierarchy)
{
	const char *failed = try_make(cgroup, hierarchy);

	for (int i = 0; failed && was_removed() && i < TRIES; i++) {
		usleep(TRY_MICROSECONDS);
		failed = try_make(cgroup, hierarchy);
	}
	if (!failed)
		return 0;
	fail("%s %s", failed, cgroup->name);
	unlinkat(hierarchy->top, cgroup->name, AT_REMOVEDIR);
	return -1;
}

static int make(const struct cgroup *cgroup, struct hierarchy *hierarchy, unsigned int wanted)
{
	const struct cgroup_version *version = version_of(hierarchy);
	unsigned int controllers = hierarchy->controllers & wanted;

	narrate("mkdirat %s/%s in cgroup v%d %s", cgroup->name, inner, hierarchy->version,
		hierarchy->name);
	if (make_both(cgroup, hierarchy) < 0)
		return -1;
	hierarchy->directory = openat(hierarchy->lock, inner, DIRECTORY);
	if (hierarchy->directory < 0)
		return fail("open %s", inner);
	if (version->adopt(hierarchy->top, hierarchy->lock, controllers) < 0)
		return -1;
	if (version->adopt(hierarchy->lock, hierarchy->directory, controllers) < 0)
		return -1;
	/*
	 * Limit how deep root in the container can nest cgroups, since the program that removes
	 * them goes down to the last one. v1 has no such limit.
	 */
	if (hierarchy->version == 2)
		return cgroup_write(hierarchy->directory, "../cgroup.max.depth", "100");
	return 0;
}

/* Refuses a limit whose controller is missing. The message names the limit. */
static int require(const struct limits *limits, unsigned int available)
{
	for (size_t i = 0; i < limits->count; i++) {
		const struct limit *limit = &limits->list[i];

		if (!(available & limit->controllers))
			return fail_input("%s: no cgroup hierarchy here has the controller %.*s "
					  "and may be written to; `make doctor` tells what there "
					  "is",
					  limit->name, (int)strcspn(limit->v1, "."), limit->v1);
	}
	return 0;
}

/* Returns the set of the controllers that are used only where the machine has them. */
static unsigned int list_useful(const struct cgroup *cgroup, bool has_v2)
{
	unsigned int useful = 0;

	if (cgroup->stats)
		useful |= SET(CONTROLLER_MEMORY) | SET(CONTROLLER_PIDS) | SET(CONTROLLER_IO);
	if (limits_controllers(&cgroup->limits) & SET(CONTROLLER_IO) && has_v2)
		useful |= SET(CONTROLLER_MEMORY); /* it knows whose writes the page cache holds */
	if (!has_v2)
		useful |= SET(CONTROLLER_DEVICES) | SET(CONTROLLER_FREEZER);
	if (!has_v2 && cgroup->stats)
		useful |= SET(CONTROLLER_CPUACCT);
	return useful;
}

static int find_hierarchies(struct cgroup *cgroup, unsigned int *wanted)
{
	unsigned int available = 0;
	bool has_v2 = false;
	int count;

	*wanted = limits_controllers(&cgroup->limits);
	count = hierarchy_find(cgroup->hierarchies, *wanted | list_useful(cgroup, false));
	if (count < 0)
		return -1;
	cgroup->hierarchy_count = count;
	for (int i = 0; i < count; i++) {
		available |= cgroup->hierarchies[i].controllers;
		has_v2 = has_v2 || cgroup->hierarchies[i].version == 2;
	}
	if (require(&cgroup->limits, available) < 0)
		return -1;
	*wanted |= list_useful(cgroup, has_v2);
	return 0;
}

int cgroup_create(struct cgroup *cgroup)
{
	struct timespec now;
	unsigned int wanted;

	if (find_hierarchies(cgroup, &wanted) < 0)
		return -1;
	/* A step in another PID namespace may have the same PID, so the name has the time, too. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(cgroup->name, sizeof(cgroup->name), "%s%d-%09ld", CGROUP_PREFIX, getpid(),
		 now.tv_nsec);
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		cgroup_remove_leftovers(&cgroup->hierarchies[i]);
	/* Make the cgroup of the home hierarchy first. It is the last one in the array. */
	for (int i = cgroup->hierarchy_count - 1; i >= 0; i--) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->version == 1 && !(hierarchy->controllers & wanted))
			continue;
		if (make(cgroup, hierarchy, wanted) < 0)
			return -1;
		if (limits_write(&cgroup->limits, hierarchy) < 0)
			return -1;
		if (version_of(hierarchy)->limit_devices(&cgroup->devices, hierarchy) < 0)
			return -1;
	}
	/* Without root (chapter 6) the container has no more rights to devices than the step. */
	if (geteuid() == 0 && !cgroup->is_users &&
	    !cgroup_hierarchy(cgroup, SET(CONTROLLER_DEVICES)))
		fail_warn("no cgroup hierarchy may be written to: all devices can be used");
	return 0;
}

/* ---- In the container ---- */

int cgroup_directory(const struct cgroup *cgroup)
{
	const struct hierarchy *v2 = cgroup_hierarchy(cgroup, 0);

	return v2 ? v2->directory : -1;
}

/*
 * A thread that moves itself, by the file "tasks", need not wait. To move a whole process, by
 * "cgroup.procs", the kernel makes sure that no process forks meanwhile, which takes 10 ms.
 */
int cgroup_enter(const struct cgroup *cgroup)
{
	/*
	 * TODO 3: in each hierarchy of v1 where we have a directory, write "0" to its file tasks.
	 * If a call fails: fail(), and -1.
	 */
	(void)cgroup;
	return 0;
}

int cgroup_unshare(void)
{
	/* TODO 3, too: a new cgroup namespace, unshare(2): narrate() it, fail() if it fails. */
	return 0;
}

int cgroup_mount(const struct cgroup *cgroup, int root)
{
	bool alone = true;
	autofd int tmpfs = -1;

	for (int i = 0; i < cgroup->hierarchy_count; i++)
		if (cgroup->hierarchies[i].version == 1 && cgroup->hierarchies[i].directory >= 0)
			alone = false;
	if (!alone) {
		tmpfs = mount_create("tmpfs",
				     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
				     "mode=755");
		if (tmpfs < 0 || mount_attach(tmpfs, root, "/sys/fs/cgroup", S_IFDIR) < 0)
			return -1;
	}
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    version_of(hierarchy)->mount(hierarchy, root, alone) < 0)
			return -1;
	}
	return alone ? 0 : bind_restrict(tmpfs, MOUNT_ATTR_RDONLY, 0);
}

/* ---- Removing ---- */

void cgroup_remove(struct cgroup *cgroup)
{
	int64_t deadline = cgroup_deadline();

	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->lock >= 0) {
			cgroup_try_remove_tree(hierarchy, hierarchy->lock, inner, deadline);
			cgroup_try_remove_tree(hierarchy, hierarchy->top, cgroup->name, deadline);
		}
		cleanup_fd(&hierarchy->directory);
		cleanup_fd(&hierarchy->lock);
		cleanup_fd(&hierarchy->top);
	}
	cgroup->hierarchy_count = 0;
}

void cgroup_cleanup(struct cgroup **cgroup)
{
	cgroup_remove(*cgroup);
}
