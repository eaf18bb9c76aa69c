#include "mounts_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "labels.h"
#include "mount.h"

/* Where the host has its cgroups. */
static const char hosts[] = "/sys/fs/cgroup";

/* Those whose links are made: where a hierarchy has two, it is called "cpu,cpuacct". */
static int link_each(const struct hierarchy *hierarchy, int directory)
{
	for (int i = 0; i < CONTROLLERS; i++)
		if (hierarchy->controllers & SET(i) &&
		    symlinkat(hierarchy->name, directory,
			      hierarchy_controller(1, (enum controller)i)) < 0 &&
		    errno != EEXIST)
			return fail("symlinkat %s", hierarchy->name);
	return 0;
}

bool mounts_is_cgroup(const char *type)
{
	return strcmp(type, "cgroup") == 0 || strcmp(type, "cgroup2") == 0;
}

int mounts_view_open(struct mounts_view *view)
{
	for (int i = 0; i < HIERARCHIES_MAX; i++)
		view->trees[i] = -1;
	for (int i = 0; i < view->cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &view->cgroup->hierarchies[i];

		if (view->is_new || hierarchy->directory < 0)
			continue;
		view->trees[i] = bind_create(hierarchy->directory, ".");
		if (view->trees[i] < 0)
			return -1;
	}
	return 0;
}

/* Never with options of the file system: the host shares it. */
static int attach_one(const struct mounts_entry *entry, const struct mounts_view *view, int i,
		      int root, const char *target)
{
	const struct hierarchy *hierarchy = &view->cgroup->hierarchies[i];
	uint64_t attributes = entry->one.set | entry->below.set;
	bool v2 = hierarchy->version == 2;
	autofd int mount = view->trees[i];

	if (view->is_new)
		mount = mount_create(v2 ? "cgroup2" : "cgroup", attributes,
				     v2 ? NULL : hierarchy->name);
	else if (mount < 0)
		return fail_input("mount %s: without root this needs a cgroup namespace of the "
				  "container's own",
				  entry->target);
	else if (bind_restrict(mount, attributes, 0) < 0)
		return -1;
	return mount < 0 ? -1 : mount_attach(mount, root, target, S_IFDIR);
}

static int attach_each(const struct mounts_entry *entry, const struct mounts_view *view, int root)
{
	autofd int directory = file_open_in_root(root, entry->target, O_PATH | O_DIRECTORY);

	if (directory < 0)
		return fail("openat2 %s in the root file system", entry->target);
	for (int i = 0; i < view->cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &view->cgroup->hierarchies[i];

		if (hierarchy->directory < 0)
			continue;
		if (attach_one(entry, view, i, directory, hierarchy->name) < 0)
			return -1;
		if (strchr(hierarchy->name, ',') && link_each(hierarchy, directory) < 0)
			return -1;
	}
	return 0;
}

static bool has_v2_alone(void)
{
	struct statfs status;

	return statfs(hosts, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

/* None of the cgroups is ours to write to: the container sees the one that it is in. */
static int attach_hosts(const struct mounts_entry *entry, const struct mounts_view *view, int root)
{
	uint64_t attributes = entry->one.set | entry->below.set;
	autofd int mount = view->is_new ? mount_create("cgroup2", attributes, NULL)
					: bind_create(AT_FDCWD, hosts);

	if (mount < 0 || (!view->is_new && bind_restrict(mount, attributes, 0) < 0))
		return -1;
	return mount_attach(mount, root, entry->target, S_IFDIR);
}

int mounts_cgroup(const struct mounts_entry *entry, const struct mounts_view *view, int root)
{
	const struct hierarchy *first = &view->cgroup->hierarchies[0];
	uint64_t attributes = entry->one.set | entry->below.set;
	autofree char *options = labels_mount_options("mode=755", view->label);
	autofd int tmpfs = -1;

	if (!options)
		return -1;
	if (view->cgroup->hierarchy_count == 1 && first->version == 2 && first->directory >= 0)
		return attach_one(entry, view, 0, root, entry->target);
	if (view->cgroup->hierarchy_count == 0 && has_v2_alone())
		return attach_hosts(entry, view, root);
	tmpfs = mount_create("tmpfs", attributes & ~(uint64_t)MOUNT_ATTR_RDONLY, options);
	if (tmpfs < 0 || mount_attach(tmpfs, root, entry->target, S_IFDIR) < 0)
		return -1;
	if (attach_each(entry, view, root) < 0)
		return -1;
	return attributes & MOUNT_ATTR_RDONLY ? bind_restrict(tmpfs, MOUNT_ATTR_RDONLY, 0) : 0;
}
