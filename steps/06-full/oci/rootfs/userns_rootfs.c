#include "userns_rootfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "mounts.h"

/* The group "tty", by whose right one user's programs may write to another's terminal. */
enum { TTY_GROUP = 5 };

static const char *const usual[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
};

enum { USUAL = sizeof(usual) / sizeof(usual[0]) };

/* The default mounts, as far as they can be mounted. */
static int change_first(const struct userns *userns, struct rootfs *rootfs, bool host_network)
{
	size_t count;
	const struct rootfs_mount *defaults = rootfs_defaults(&count);
	struct rootfs_mount *first = calloc(count, sizeof(*first));

	if (!first)
		return fail("calloc");
	rootfs->first = first;
	rootfs->first_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct rootfs_mount *mount = &first[rootfs->first_count];

		if (host_network && strcmp(defaults[i].type, "sysfs") == 0)
			continue;
		*mount = defaults[i];
		if (!userns_has_gid(userns, TTY_GROUP) && strcmp(mount->type, "devpts") == 0)
			mount->options = "newinstance,ptmxmode=0666,mode=0620";
		rootfs->first_count++;
	}
	return 0;
}

static bool is_node(const char *path, const struct device_node *node)
{
	struct stat status;

	return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == (node->mode & S_IFMT) &&
		status.st_rdev == node->device;
}

const char *userns_find_node(const struct device_node *node, const char *place)
{
	const char *kind = S_ISBLK(node->mode) ? "block" : "char";
	const unsigned int numbers[] = { major(node->device), minor(node->device) };
	char *path;

	if (is_node(node->path, node))
		return node->path;
	if (asprintf(&path, "/dev/%s/%u:%u", kind, numbers[0], numbers[1]) < 0) {
		fail("asprintf");
		return NULL;
	}
	if (is_node(path, node))
		return path;
	free(path);
	fail_input("%s %s: no device can be made in a user namespace, and the host has no %s "
		   "device %u:%u, neither as %s nor as /dev/%s/%u:%u",
		   place, node->path, kind, numbers[0], numbers[1], node->path, kind, numbers[0],
		   numbers[1]);
	return NULL;
}

/* Bind mounts of what cannot be made inside, before the mounts that are wanted. */
static int add_binds(struct rootfs *rootfs, const struct devices *devices, bool host_network)
{
	size_t count = USUAL + devices->node_count + host_network;
	struct rootfs_mount *mounts = calloc(count + rootfs->mount_count, sizeof(*mounts));
	struct rootfs_mount *next = mounts;

	if (!mounts)
		return fail("calloc");
	for (size_t i = 0; i < USUAL; i++)
		*next++ = (struct rootfs_mount){ .source = usual[i], .target = usual[i] };
	for (size_t i = 0; i < devices->node_count; i++) {
		*next = (struct rootfs_mount){
			.source = userns_find_node(&devices->nodes[i], "--device"),
			.target = devices->nodes[i].path,
		};
		if (!next++->source)
			return -1;
	}
	if (host_network)
		*next++ = (struct rootfs_mount){
			.source = "/sys",
			.target = "/sys",
			.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |
				MOUNT_ATTR_RDONLY,
		};
	for (size_t i = 0; i < rootfs->mount_count; i++)
		*next++ = rootfs->mounts[i];
	free(rootfs->mounts);
	rootfs->mounts = mounts;
	rootfs->mount_count += count;
	rootfs->no_nodes = true;
	return 0;
}

/* What is mounted in the container must not appear on the host: cuts the copy off from it. */
static int make_private(int mount, uint64_t attributes)
{
	struct mount_attr private = { .attr_set = attributes, .propagation = MS_PRIVATE };

	if (mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &private, sizeof(private)) < 0)
		return fail("mount_setattr MS_PRIVATE");
	return 0;
}

static int clone_private(struct rootfs *rootfs)
{
	if (rootfs_clone(rootfs) < 0)
		return -1;
	/* A node in it would belong to root inside, as if that had been allowed to make it. */
	if (make_private(rootfs->tree, MOUNT_ATTR_NODEV) < 0)
		return -1;
	for (size_t i = 0; i < rootfs->mount_count; i++)
		if (!rootfs->mounts[i].type && make_private(rootfs->mounts[i].opened, 0) < 0)
			return -1;
	return 0;
}

int userns_prepare_rootfs(const struct userns *userns, struct rootfs *rootfs,
			  const struct devices *devices, bool host_network)
{
	if (userns->mode != USERNS_MAPPED)
		return 0;
	if (change_first(userns, rootfs, host_network) < 0)
		return -1;
	if (add_binds(rootfs, devices, host_network) < 0)
		return -1;
	return geteuid() == 0 ? clone_private(rootfs) : 0;
}

static bool is_inside(const struct userns *userns, uid_t outside)
{
	for (size_t i = 0; i < userns->uid_count; i++)
		if (outside - userns->uids[i].outside < userns->uids[i].size)
			return true;
	return false;
}

/* A map for a mount: its ids inside are those on the disk. */
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
 * `owner` on the disk becomes root inside, and every other id stays what it is: but root of the
 * disk, who is nobody inside; and inside the one that has the owner's number is the first on the
 * disk that no other is.
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

/* The owner of the directory, who need not be the machine's root, is root inside. */
static int shift_owner(const struct userns *userns, const struct rootfs *rootfs, pid_t pid,
		       const struct stat *status)
{
	struct disk_map uids = { 0 }, gids = { 0 };
	struct mounts_entry entry = {
		.source = rootfs->path, .target = "/", .opened = rootfs->tree, .map = true
	};
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

int userns_shift_rootfs(const struct userns *userns, const struct rootfs *rootfs, pid_t pid)
{
	struct stat status;

	if (userns->mode != USERNS_MAPPED || !userns->shift || geteuid() != 0)
		return 0;
	if (fstat(rootfs->tree, &status) < 0)
		return fail("fstat %s", rootfs->path);
	if (is_inside(userns, status.st_uid))
		return 0;
	return shift_owner(userns, rootfs, pid, &status);
}
