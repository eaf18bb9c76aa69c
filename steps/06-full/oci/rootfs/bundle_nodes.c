#include "bundle_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "mount.h"
#include "sync.h"
#include "userns_rootfs.h"

static bool needs_binds(const struct container *container)
{
	return container->namespaces & CLONE_NEWUSER ||
		namespaces_join(&container->joined, CLONE_NEWUSER) || userns_is_ours();
}

/* ---- Made for the container ---- */

/* Whether we have the right that it has not; and know its users, as whose the nodes are made. */
static bool may_make(const struct container *container)
{
	uint64_t held = 0;

	return container->namespaces & CLONE_NEWUSER && !userns_is_ours() &&
		capabilities_held(&held) == 0 && held & (1ULL << CAP_MKNOD);
}

struct maker {
	struct devices devices;
	struct child *child;
};

/* The kernel clones no mount that is attached nowhere: so it has a mount namespace to be in. */
static int make_and_send(void *argument)
{
	const struct maker *maker = argument;
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int place = -1;

	if (mount_private() < 0)
		return -1;
	place = mount_create("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "mode=755");
	if (place < 0 || mount_attach(place, root, "/dev", S_IFDIR) < 0)
		return -1;
	if (device_populate(&maker->devices, place) < 0)
		return -1;
	for (size_t i = 0; i < maker->devices.node_count; i++) {
		autofd int node = bind_create(place, maker->devices.nodes[i].path + 1);

		if (node < 0 || descriptor_send(maker->child->socket, node) < 0)
			return -1;
	}
	return child_await_release(maker->child);
}

static int receive_all(const struct child *child, struct mounts *binds)
{
	struct pollfd ready = { .fd = child->socket, .events = POLLIN };

	for (size_t i = 0; i < binds->count; i++) {
		while (poll(&ready, 1, -1) < 0 && errno == EINTR)
			;
		binds->list[i].opened = sync_receive_descriptor(child);
		if (binds->list[i].opened < 0)
			return sync_expect(child); /* its failure */
	}
	return 0;
}

static int make_nodes(const struct container *container, struct mounts *binds)
{
	const struct userns *userns = &container->userns;
	autochild struct child child = CHILD_NONE;
	struct maker maker = { container->cgroup.devices, &child };
	autofree struct device_node *nodes = calloc(maker.devices.node_count, sizeof(*nodes));

	if (!nodes)
		return fail("calloc");
	for (size_t i = 0; i < maker.devices.node_count; i++) {
		nodes[i] = maker.devices.nodes[i];
		nodes[i].uid = userns_uid_outside(userns, nodes[i].uid);
		nodes[i].gid = userns_gid_outside(userns, nodes[i].gid);
	}
	maker.devices.nodes = nodes;
	child.job.own_session = true; /* the terminal is not for it */
	if (child_spawn(&child, CLONE_NEWNS, make_and_send, &maker) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	return receive_all(&child, binds);
}

/* ---- Either of both ---- */

int bundle_nodes_open(struct container *container)
{
	const struct devices *devices = &container->cgroup.devices;
	struct mounts *binds = &container->node_binds;
	const bool made = may_make(container);

	if (!needs_binds(container))
		return 0;
	binds->on_host = true;
	binds->list = calloc(devices->node_count, sizeof(*binds->list));
	if (!binds->list)
		return fail("calloc");
	for (size_t i = 0; i < devices->node_count; i++) {
		const struct device_node *node = &devices->nodes[i];
		struct mounts_entry *entry = &binds->list[binds->count];

		if (S_ISFIFO(node->mode) && !made)
			continue; /* root of a user namespace may make it */
		*entry = (struct mounts_entry){ .target = node->path, .bind = true, .opened = -1 };
		if (!made)
			entry->source = userns_find_node(node, "linux.devices:");
		if (!made && !entry->source)
			return -1;
		binds->count++;
	}
	return made ? make_nodes(container, binds) : mounts_open(binds);
}

/* Not the devices, for which there are bind mounts. */
static int make_fifos(const struct devices *devices, int root)
{
	for (size_t i = 0; i < devices->node_count; i++) {
		const struct devices one = { .nodes = &devices->nodes[i], .node_count = 1 };

		if (S_ISFIFO(devices->nodes[i].mode) && device_populate(&one, root) < 0)
			return -1;
	}
	return 0;
}

int bundle_nodes_make(struct container *container, int root)
{
	const struct devices *devices = &container->cgroup.devices;

	if (!container->node_binds.count)
		return device_populate(devices, root);
	if (mounts_attach(&container->node_binds, NULL, root) < 0)
		return -1;
	return make_fifos(devices, root); /* but those that are there already */
}
