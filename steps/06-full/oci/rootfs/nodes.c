#include "nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bind.h"
#include "capabilities.h"
#include "cleanup.h"
#include "dev.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "userns.h"

/* Returns true if the list has a node of that path: it takes the place of a default one. */
static bool has_node(const struct devices *devices, const char *path)
{
	for (size_t i = 0; i < devices->node_count; i++)
		if (strcmp(devices->nodes[i].path, path) == 0)
			return true;
	return false;
}

int nodes_add_defaults(struct devices *devices)
{
	for (size_t i = 0; i < DEV_NODES; i++) {
		const struct dev_node *wanted = &dev_nodes[i];
		struct device_node node = {
			.mode = S_IFCHR | 0666,
			.device = makedev(wanted->major, wanted->minor),
		};
		char *path;

		if (asprintf(&path, "/dev/%s", wanted->name) < 0)
			return fail("asprintf");
		node.path = path;
		if (!has_node(devices, path) && device_add_node(devices, node) < 0)
			return -1;
	}
	return 0;
}

/* ---- Made for the container ---- */

/*
 * True if the runtime may make nodes, which the container may not, and knows the container's users,
 * who are to own them.
 */
static bool may_make(const struct userns *maps)
{
	uint64_t held = 0;

	return maps && !userns_is_ours() && capabilities_held(&held) == 0 &&
		held & (1ULL << CAP_MKNOD);
}

/*
 * Makes the nodes in a tmpfs, whose root belongs to root of the container: the container attaches
 * the tmpfs, and bind mounts the nodes from there.
 */
static int make_nodes(const struct devices *devices, const struct userns *maps,
		      struct mounts *mounts)
{
	autofree struct device_node *nodes = calloc(devices->node_count + 1, sizeof(*nodes));
	const struct devices owned = { .nodes = nodes, .node_count = devices->node_count };
	autofd int files = -1;

	if (!nodes)
		return fail("calloc");
	for (size_t i = 0; i < devices->node_count; i++) {
		nodes[i] = devices->nodes[i];
		nodes[i].uid = userns_uid_outside(maps, nodes[i].uid);
		nodes[i].gid = userns_gid_outside(maps, nodes[i].gid);
	}
	files = mount_create("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "mode=700");
	if (files < 0)
		return -1;
	if (fchownat(files, "", userns_uid_outside(maps, 0), userns_gid_outside(maps, 0),
		     AT_EMPTY_PATH) < 0)
		return fail("fchownat of a tmpfs");
	if (device_populate(&owned, files) < 0)
		return -1;
	mounts->files = cleanup_take_fd(&files);
	return 0;
}

/* ---- The host's ---- */

static bool is_node(const char *path, const struct device_node *node)
{
	struct stat status;

	return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == (node->mode & S_IFMT) &&
		status.st_rdev == node->device;
}

/*
 * Returns the path of the host's node of a device: the same path, or the link that udev makes for
 * the numbers; or NULL.
 */
static const char *find_node(const struct device_node *node)
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
	fail_input("device %s: no device can be made in a user namespace, and the host has no %s "
		   "device %u:%u, neither as %s nor as /dev/%s/%u:%u",
		   node->path, kind, numbers[0], numbers[1], node->path, kind, numbers[0],
		   numbers[1]);
	return NULL;
}

/* ---- Both ways ---- */

int nodes_open(struct mounts *binds, const struct devices *devices, const struct userns *maps,
	       struct mounts *mounts)
{
	const bool made = may_make(maps);

	binds->on_host = true;
	for (size_t i = 0; i < devices->node_count; i++) {
		const struct device_node *node = &devices->nodes[i];
		struct mounts_entry entry = { .mount.target = node->path, .bind = true };

		if (S_ISFIFO(node->mode) && !made)
			continue; /* root of a user namespace may make it */
		if (!made && !(entry.mount.source = find_node(node)))
			return -1;
		if (mounts_add(binds, entry) < 0)
			return -1;
	}
	return made ? make_nodes(devices, maps, mounts) : mounts_open(binds);
}

/* The container's /dev may already have these links. They stay. */
static int make_links(int root)
{
	autofd int dev = file_make_in_root(root, "/dev", S_IFDIR);

	if (dev < 0)
		return -1;
	for (size_t i = 0; i < DEV_LINKS; i++)
		if (symlinkat(dev_links[i].target, dev, dev_links[i].name) < 0 && errno != EEXIST)
			return fail("symlinkat /dev/%s", dev_links[i].name);
	return 0;
}

/* True if a later entry of the list has the same path. The last entry counts. */
static bool is_listed_again(const struct devices *devices, size_t index)
{
	const struct devices rest = {
		.nodes = devices->nodes + index + 1,
		.node_count = devices->node_count - index - 1,
	};

	return has_node(&rest, devices->nodes[index].path);
}

/* Attaches the bind mount of a node: of the host's, or of the node that nodes_open() has made. */
static int attach_node(struct mounts *binds, size_t index, const struct mounts *mounts, int root)
{
	struct rootfs_mount *bind = &binds->list[index].mount;

	if (!bind->source) {
		bind->opened = bind_create(mounts->files, bind->target + 1);
		if (bind->opened < 0)
			return -1;
	}
	return mounts_attach(binds, index, index + 1, NULL, root);
}

int nodes_make(const struct devices *devices, const struct mounts *mounts, struct mounts *binds,
	       int root)
{
	for (size_t i = 0; i < devices->node_count; i++) {
		const struct devices one = { .nodes = &devices->nodes[i], .node_count = 1 };
		const char *path = devices->nodes[i].path;
		const size_t bind = mounts_find_target(binds, path);

		if (is_listed_again(devices, i) || mounts_find_target(mounts, path) < mounts->count)
			continue;
		if ((bind < binds->count ? attach_node(binds, bind, mounts, root)
					 : device_populate(&one, root)) < 0)
			return -1;
	}
	return make_links(root);
}
