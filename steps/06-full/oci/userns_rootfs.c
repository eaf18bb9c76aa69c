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
#include "narrate.h"

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

const char *userns_find_node(const struct device_node *node)
{
	const char *kind = S_ISBLK(node->mode) ? "block" : "char";
	struct stat status;
	char *path;

	if (stat(node->path, &status) == 0 && (status.st_mode & S_IFMT) == (node->mode & S_IFMT) &&
	    status.st_rdev == node->device)
		return node->path;
	if (asprintf(&path, "/dev/%s/%u:%u", kind, major(node->device), minor(node->device)) < 0)
		return node->path;
	return path;
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
	for (size_t i = 0; i < devices->node_count; i++)
		*next++ = (struct rootfs_mount){
			.source = userns_find_node(&devices->nodes[i]),
			.target = devices->nodes[i].path,
		};
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

int userns_shift_rootfs(const struct userns *userns, const struct rootfs *rootfs, pid_t pid)
{
	struct mount_attr shift = { .attr_set = MOUNT_ATTR_IDMAP };
	autofd int namespace = -1;
	struct stat status;
	char path[64];

	if (userns->mode != USERNS_MAPPED || !userns->shift || geteuid() != 0)
		return 0;
	if (fstat(rootfs->tree, &status) < 0)
		return fail("fstat %s", rootfs->path);
	if (is_inside(userns, status.st_uid))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return fail("open %s", path);
	shift.userns_fd = (unsigned int)namespace;
	narrate("mount_setattr MOUNT_ATTR_IDMAP");
	if (mount_setattr(rootfs->tree, "", AT_EMPTY_PATH, &shift, sizeof(shift)) < 0)
		return fail("mount_setattr MOUNT_ATTR_IDMAP of %s", rootfs->path);
	return 0;
}
