#include "mounts_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "lsm.h"
#include "mount.h"

/* The host's mount of the cgroups. */
static const char hosts[] = "/sys/fs/cgroup";

/* Makes a link for each controller of a hierarchy with several, which is called "cpu,cpuacct". */
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

/* Mounts one hierarchy. The options of the entry are not used: the host shares this file system. */
static int attach_one(const struct mounts_entry *entry, bool is_new,
		      const struct hierarchy *hierarchy, int tree, int root, const char *target)
{
	uint64_t attributes = mounts_attributes(entry);
	bool v2 = hierarchy->version == 2;
	char options[sizeof(hierarchy->name) + sizeof("name=")];
	autofd int mount = tree;

	snprintf(options, sizeof(options), "%s%s", hierarchy_is_named(hierarchy) ? "name=" : "",
		 hierarchy->name);
	if (is_new)
		mount = mount_create(v2 ? "cgroup2" : "cgroup", attributes, v2 ? NULL : options);
	else if (mount < 0)
		return fail_input("mount %s: without root this needs a cgroup namespace of the "
				  "container's own",
				  entry->mount.target);
	else if (bind_restrict(mount, attributes, 0) < 0)
		return -1;
	return mount < 0 ? -1 : mount_attach(mount, root, target, S_IFDIR);
}

/* Mounts one hierarchy on its own name in `directory`. */
static int attach_named(const struct mounts_entry *entry, bool is_new,
			const struct hierarchy *hierarchy, int tree, int directory)
{
	if (attach_one(entry, is_new, hierarchy, tree, directory, hierarchy->name) < 0)
		return -1;
	return strchr(hierarchy->name, ',') ? link_each(hierarchy, directory) : 0;
}

static int attach_each(const struct mounts_entry *entry, const struct mounts_view *view,
		       int directory)
{
	for (int i = 0; i < view->cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &view->cgroup->hierarchies[i];

		if (hierarchy->directory >= 0 &&
		    attach_named(entry, view->is_new, hierarchy, view->trees[i], directory) < 0)
			return -1;
	}
	return 0;
}

/*
 * Fills `hierarchy` from a line of /proc/self/cgroup: "4:cpu,cpuacct:/", "1:name=systemd:/",
 * "0::/".
 */
static bool read_line(char *line, struct hierarchy *hierarchy)
{
	char *list = strchr(line, ':') ? strchr(line, ':') + 1 : NULL;
	bool is_named = list && strncmp(list, "name=", strlen("name=")) == 0;

	if (!list)
		return false;
	list[strcspn(list, ":")] = '\0';
	*hierarchy = (struct hierarchy){ .version = *list ? 1 : 2 };
	if (is_named)
		list += strlen("name=");
	else if (*list)
		hierarchy->controllers = hierarchy_controllers(1, list);
	if (strlen(list) >= sizeof(hierarchy->name) ||
	    (*list && !is_named && !hierarchy->controllers))
		return false; /* an unknown controller */
	strcpy(hierarchy->name, *list ? list : "unified");
	return true;
}

/*
 * The runtime can write to none of the cgroups, so the container is in those of the caller. In its
 * own cgroup namespace, the container sees them read-only.
 */
static int attach_callers(const struct mounts_entry *entry, int directory)
{
	autofree char *text = file_read("/proc/self/cgroup");
	struct mounts_entry read_only = *entry;
	char *rest = text;

	read_only.one.set |= MOUNT_ATTR_RDONLY; /* or else root of the machine could write to it */
	if (!text)
		return fail("read /proc/self/cgroup");
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct hierarchy hierarchy;

		if (read_line(line, &hierarchy) &&
		    attach_named(&read_only, true, &hierarchy, -1, directory) < 0)
			return -1;
	}
	return 0;
}

static bool has_v2_alone(void)
{
	struct statfs status;

	return statfs(hosts, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

/*
 * The runtime can write to none of the cgroups. The container sees the caller's, in which it is, or
 * without a cgroup namespace of its own the whole hierarchy.
 */
static int attach_hosts(const struct mounts_entry *entry, const struct mounts_view *view, int root)
{
	uint64_t attributes = mounts_attributes(entry);
	autofd int mount = view->is_new ? mount_create("cgroup2", attributes, NULL)
					: bind_create(AT_FDCWD, hosts);

	if (mount < 0 || (!view->is_new && bind_restrict(mount, attributes, 0) < 0))
		return -1;
	return mount_attach(mount, root, entry->mount.target, S_IFDIR);
}

/* The index of the container's only hierarchy, if that is v2's; or else -1. */
static int find_v2_alone(const struct cgroup *cgroup)
{
	int found = -1;

	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		if (cgroup->hierarchies[i].directory < 0)
			continue;
		if (cgroup->hierarchies[i].version != 2)
			return -1;
		found = i;
	}
	return found;
}

int mounts_cgroup(const struct mounts_entry *entry, const struct mounts_view *view, int root)
{
	const int alone = find_v2_alone(view->cgroup);
	uint64_t attributes = mounts_attributes(entry);
	autofree char *options = lsm_mount_options("mode=755", view->label);
	autofd int tmpfs = -1, directory = -1;

	if (!options)
		return -1;
	if (alone >= 0)
		return attach_one(entry, view->is_new, &view->cgroup->hierarchies[alone],
				  view->trees[alone], root, entry->mount.target);
	if (view->cgroup->hierarchy_count == 0 && has_v2_alone())
		return attach_hosts(entry, view, root);
	tmpfs = mount_create("tmpfs", attributes & ~(uint64_t)MOUNT_ATTR_RDONLY, options);
	if (tmpfs < 0 || mount_attach(tmpfs, root, entry->mount.target, S_IFDIR) < 0)
		return -1;
	directory = file_open_in_root(root, entry->mount.target, O_PATH | O_DIRECTORY);
	if (directory < 0)
		return fail("openat2 %s in the root file system", entry->mount.target);
	if ((view->cgroup->hierarchy_count == 0 && view->is_new
		     ? attach_callers(entry, directory)
		     : attach_each(entry, view, directory)) < 0)
		return -1;
	return attributes & MOUNT_ATTR_RDONLY ? bind_restrict(tmpfs, MOUNT_ATTR_RDONLY, 0) : 0;
}
