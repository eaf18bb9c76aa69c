#include "cgroup.h"

#include <dirent.h>
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
#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"
#include "mount.h"
#include "narrate.h"

/*
 * In each hierarchy two cgroups are made, one in the other: "step-PID-TIME/container". The
 * processes and the limits are in the inner one. The outer one is locked as long as we live, which
 * tells the others that it is in use; and since controllers are enabled in it, systemd cannot
 * disable them above, as it does where it finds no use for them.
 */
static const char outer_prefix[] = "step-", inner[] = "container";

enum { TRIES = 1000, TRY_MICROSECONDS = 1000 };
enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Ours in the hierarchy that has one of these controllers, or that is v2; or NULL. */
static const struct hierarchy *find_ours(const struct cgroup *cgroup, unsigned int controllers)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    (hierarchy->version == 2 || hierarchy->controllers & controllers))
			return hierarchy;
	}
	return NULL;
}

/* ---- Removing ---- */

void cgroup_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name)
{
	autodir DIR *directory = NULL;
	int fd;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return;
	fd = openat(parent, name, DIRECTORY);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory)
		return;
	version_of(hierarchy)->kill(fd);
	for (struct dirent *entry; (entry = readdir(directory));)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			cgroup_remove_tree(hierarchy, fd, entry->d_name);
	/* A killed process may take a moment to go. */
	for (int i = 0; i < TRIES; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		usleep(TRY_MICROSECONDS);
	}
}

/* Every container has a cgroup in v2 or, where there is none, in the hierarchy of the devices. */
static bool is_home(const struct hierarchy *hierarchy)
{
	return hierarchy->version == 2 || hierarchy->controllers & SET(CONTROLLER_DEVICES);
}

static void remove_everywhere(const char *name)
{
	struct hierarchy all[HIERARCHIES_MAX];
	int count = hierarchy_find(all, ~0U);

	for (int i = 0; i < count; i++) {
		cgroup_remove_tree(&all[i], all[i].top, name);
		cleanup_fd(&all[i].top);
	}
}

/* Whether it has not been removed, and maybe made anew, since it was opened. */
static bool is_there(int directory, int parent, const char *name)
{
	struct stat opened, there;

	return fstat(directory, &opened) == 0 &&
		fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		opened.st_ino == there.st_ino;
}

/*
 * Removes what steps have left that were killed: nobody has a lock on it any more. A step locks its
 * home first and keeps that to the end: it is only by this lock that we know it to be dead.
 */
static void remove_leftovers(const struct hierarchy *hierarchy)
{
	int fd = openat(hierarchy->top, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		autofd int outer = -1;

		if (entry->d_type != DT_DIR ||
		    strncmp(entry->d_name, outer_prefix, strlen(outer_prefix)) != 0)
			continue;
		outer = openat(hierarchy->top, entry->d_name, DIRECTORY);
		if (outer < 0 || flock(outer, LOCK_EX | LOCK_NB) < 0 ||
		    !is_there(outer, hierarchy->top, entry->d_name))
			continue;
		narrate("rmdir %s: its step was killed", entry->d_name);
		if (is_home(hierarchy))
			remove_everywhere(entry->d_name);
		else
			cgroup_remove_tree(hierarchy, hierarchy->top, entry->d_name);
	}
}

void cgroup_remove(struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->lock >= 0) {
			cgroup_remove_tree(hierarchy, hierarchy->lock, inner);
			cgroup_remove_tree(hierarchy, hierarchy->top, cgroup->name);
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

/* ---- Making ---- */

/* Makes both cgroups, and locks the outer one. Returns NULL, or the call that failed, with errno.
 */
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
	hierarchy->lock = outer;
	outer = -1;
	return NULL;
}

/* Whether another step took it for a leftover, before it was locked, and has removed it. */
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
	return version->adopt(hierarchy->lock, hierarchy->directory, controllers);
}

int cgroup_list_needed(const struct cgroup *cgroup, unsigned int available, unsigned int *needed)
{
	const struct {
		const char *name;
		bool wanted;
		enum controller controller;
	} limits[] = {
		{ "memory", cgroup->memory, CONTROLLER_MEMORY },
		{ "memory-reservation", cgroup->memory_reservation, CONTROLLER_MEMORY },
		{ "memory-swappiness", cgroup->swappiness >= 0, CONTROLLER_MEMORY },
		{ "cpus", cgroup->cpu_quota, CONTROLLER_CPU },
		{ "cpu-shares", cgroup->cpu_shares, CONTROLLER_CPU },
		{ "cpuset-cpus", cgroup->cpuset_cpus, CONTROLLER_CPUSET },
		{ "cpuset-mems", cgroup->cpuset_mems, CONTROLLER_CPUSET },
		{ "pids-limit", cgroup->pids, CONTROLLER_PIDS },
		{ "rates of devices", cgroup->rate_count, CONTROLLER_IO },
	};

	*needed = 0;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (!limits[i].wanted)
			continue;
		if (!(available & SET(limits[i].controller)))
			return fail_input("%s: no cgroup hierarchy here has the controller %s and "
					  "may be written to; `make doctor` tells what there is",
					  limits[i].name,
					  hierarchy_controller(1, limits[i].controller));
		*needed |= SET(limits[i].controller);
	}
	return 0;
}

/* The set of those that are used if they are there. */
static unsigned int list_useful(const struct cgroup *cgroup, bool has_v2)
{
	unsigned int useful = 0;

	if (cgroup->stats)
		useful |= SET(CONTROLLER_MEMORY) | SET(CONTROLLER_PIDS) | SET(CONTROLLER_IO);
	if (cgroup->rate_count && has_v2)
		useful |= SET(CONTROLLER_MEMORY); /* or nobody knows whose the cached writes are */
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

	cgroup_list_needed(cgroup, ~0U, wanted);
	count = hierarchy_find(cgroup->hierarchies, *wanted | list_useful(cgroup, false));
	if (count < 0)
		return -1;
	cgroup->hierarchy_count = count;
	for (int i = 0; i < count; i++) {
		available |= cgroup->hierarchies[i].controllers;
		has_v2 = has_v2 || cgroup->hierarchies[i].version == 2;
	}
	if (cgroup_list_needed(cgroup, available, wanted) < 0)
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
	/* In another PID namespace there may be a step with our PID. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(cgroup->name, sizeof(cgroup->name), "%s%d-%09ld", outer_prefix, getpid(),
		 now.tv_nsec);
	for (int i = 0; i < cgroup->hierarchy_count; i++)
		remove_leftovers(&cgroup->hierarchies[i]);
	/* The home first: that is the last. */
	for (int i = cgroup->hierarchy_count - 1; i >= 0; i--) {
		struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->version == 1 && !(hierarchy->controllers & wanted))
			continue;
		if (make(cgroup, hierarchy, wanted) < 0)
			return -1;
		if (version_of(hierarchy)->limit(cgroup, hierarchy) < 0)
			return -1;
	}
	/* Without root (chapter 6) it has no more rights to devices than we have anyway. */
	if (geteuid() == 0 && !find_ours(cgroup, SET(CONTROLLER_DEVICES)))
		fail_warn("no cgroup hierarchy may be written to: all devices can be used");
	return 0;
}

/* ---- In the container ---- */

int cgroup_directory(const struct cgroup *cgroup)
{
	const struct hierarchy *v2 = find_ours(cgroup, 0);

	return v2 ? v2->directory : -1;
}

/*
 * A process that enters by itself, alone, by the file "tasks", need not wait. To move another one,
 * or a whole one, by "cgroup.procs", the kernel makes sure that no process forks meanwhile: 10 ms.
 */
int cgroup_enter(const struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->version == 1 && hierarchy->directory >= 0 &&
		    cgroup_write(hierarchy->directory, "tasks", "0") < 0)
			return -1;
	}
	narrate("unshare CLONE_NEWCGROUP");
	if (unshare(CLONE_NEWCGROUP) < 0)
		return fail("unshare CLONE_NEWCGROUP");
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

/* ---- All processes at once ---- */

static int freeze(const struct cgroup *cgroup, bool frozen)
{
	const struct hierarchy *hierarchy = find_ours(cgroup, SET(CONTROLLER_FREEZER));

	if (!hierarchy)
		return fail_input("no cgroup hierarchy here can freeze processes");
	return version_of(hierarchy)->freeze(hierarchy->directory, frozen);
}

int cgroup_freeze(const struct cgroup *cgroup)
{
	return freeze(cgroup, true);
}

int cgroup_thaw(const struct cgroup *cgroup)
{
	return freeze(cgroup, false);
}

int cgroup_kill(const struct cgroup *cgroup)
{
	const struct hierarchy *hierarchy = find_ours(cgroup, SET(CONTROLLER_FREEZER));

	if (!hierarchy)
		hierarchy = find_ours(cgroup, ~0U);
	if (!hierarchy)
		return fail_input("there is no cgroup");
	if (version_of(hierarchy)->kill(hierarchy->directory) < 0)
		return fail("write to kill the processes of the cgroup");
	return 0;
}
