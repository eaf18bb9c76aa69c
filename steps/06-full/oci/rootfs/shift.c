#include "shift.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "mounts.h"

static bool is_inside(const struct userns *userns, uid_t outside)
{
	for (size_t i = 0; i < userns->uid_count; i++)
		if (outside - userns->uids[i].outside < userns->uids[i].size)
			return true;
	return false;
}

/* The map of an idmapped mount: its `inside` are the ids on the disk. */
struct disk_map {
	struct id_map parts[USERNS_MAP_MAX];
	size_t count;
};

static void add_part(struct disk_map *map, uint32_t disk, uint32_t outside, uint64_t size)
{
	if (size > 0 && map->count < USERNS_MAP_MAX)
		map->parts[map->count++] = (struct id_map){ disk, outside, (uint32_t)size };
}

/*
 * `owner` on the disk becomes root inside. Every other id has the same number on the disk and
 * inside, with two exceptions: root of the disk is nobody inside; and the id inside with the
 * owner's number is `spare` on the disk, the first number that no other id has.
 */
static void map_owner(struct disk_map *disk, const struct id_map *map, size_t count, uint32_t owner)
{
	uint32_t spare = owner + 1;

	for (size_t i = 0; i < count; i++)
		if (map[i].inside + map[i].size > spare)
			spare = map[i].inside + map[i].size;
	for (size_t i = 0; i < count; i++) {
		const uint64_t end = (uint64_t)map[i].inside + map[i].size;
		const uint32_t first = map[i].inside ? map[i].inside : 1;
		const uint32_t shift = map[i].outside - map[i].inside;

		if (map[i].inside == 0)
			add_part(disk, owner, map[i].outside, 1);
		if (owner < first || owner >= end) {
			add_part(disk, first, first + shift, end - first);
			continue;
		}
		add_part(disk, first, first + shift, owner - first);
		add_part(disk, spare, owner + shift, 1);
		add_part(disk, owner + 1, owner + 1 + shift, end - owner - 1);
	}
}

/* Makes the owner of the directory root inside. This owner need not be the machine's root. */
static int shift_owner(const struct userns *userns, const struct rootfs *rootfs, pid_t pid,
		       const struct stat *status)
{
	struct disk_map uids = { 0 }, gids = { 0 };
	struct mounts_entry entry = { .mount.source = rootfs->path,
				      .mount.target = "/",
				      .mount.opened = rootfs->tree,
				      .map = true };
	const struct mounts mounts = { .list = &entry, .count = 1 };

	if (status->st_uid != 0) {
		map_owner(&uids, userns->uids, userns->uid_count, status->st_uid);
		map_owner(&gids, userns->gids, userns->gid_count, status->st_gid);
		entry.uids = uids.parts;
		entry.uid_count = uids.count;
		entry.gids = gids.parts;
		entry.gid_count = gids.count;
	}
	return mounts_map(&mounts, pid);
}

static bool is_wanted(const struct userns *userns)
{
	return userns->mode == USERNS_MAPPED && userns->shift && geteuid() == 0;
}

int shift_root(const struct userns *userns, const struct rootfs *rootfs, pid_t pid)
{
	struct stat status;

	if (!is_wanted(userns))
		return 0;
	if (fstat(rootfs->tree, &status) < 0)
		return fail("fstat %s", rootfs->path);
	if (is_inside(userns, status.st_uid))
		return 0;
	return shift_owner(userns, rootfs, pid, &status);
}

/* Replaces the open directory by the root of an idmapped mount of it. */
static int shift_directory(const struct userns *userns, int *directory)
{
	const unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
	autofd int tree = open_tree(*directory, "", flags);
	struct mounts_entry entry = { .mount.source = "a layer",
				      .mount.target = "a layer",
				      .mount.opened = tree,
				      .map = true,
				      .uids = userns->uids,
				      .uid_count = userns->uid_count,
				      .gids = userns->gids,
				      .gid_count = userns->gid_count };
	const struct mounts mounts = { .list = &entry, .count = 1 };

	if (tree < 0)
		return fail("open_tree a layer");
	if (mounts_map(&mounts, 0) < 0)
		return -1;
	return dup3(tree, *directory, O_CLOEXEC) < 0 ? fail("dup3 of a layer") : 0;
}

/* Before Linux 5.19, overlayfs takes no idmapped mounts. */
static bool is_old_kernel(void)
{
	struct utsname kernel;
	int major, minor;

	return uname(&kernel) == 0 && sscanf(kernel.release, "%d.%d", &major, &minor) == 2 &&
		(major < 5 || (major == 5 && minor < 19));
}

/* Saves a user namespace, to try it with, on the usual ones: Linux 5.12, btrfs 5.15. */
static bool is_known(int directory)
{
	static const long types[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC };
	struct statfs status;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (fstatfs(directory, &status) == 0 && status.f_type == types[i])
			return true;
	return false;
}

int shift_is_possible(const struct userns *userns, int directory)
{
	autofd int copy = fcntl(directory, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return fail("fcntl F_DUPFD_CLOEXEC");
	if (is_old_kernel())
		return 0;
	if (is_known(directory) || shift_directory(userns, &copy) == 0)
		return 1;
	if (errno != EINVAL)
		return -1;
	fail_forget();
	return 0;
}

int shift_layers(const struct userns *userns, struct overlay *overlay)
{
	if (!is_wanted(userns) || overlay->is_shifted)
		return 0;
	for (size_t i = 0; i < overlay->layer_count; i++)
		if (shift_directory(userns, &overlay->layers[i]) < 0)
			return -1;
	overlay->uid = userns_uid_outside(userns, 0);
	overlay->gid = userns_gid_outside(userns, 0);
	return overlay->changes < 0 ? 0 : shift_directory(userns, &overlay->changes);
}
