#include "bundle_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "mount.h"
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
static int make_and_hand_over(void *argument)
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

		if (node < 0 || child_hand_over(maker->child, node) < 0)
			return -1;
	}
	return child_await(maker->child);
}

static int take_all(const struct child *child, struct mounts *binds)
{
	struct pollfd ready = { .fd = child->socket, .events = POLLIN };

	for (size_t i = 0; i < binds->count; i++) {
		while (poll(&ready, 1, -1) < 0 && errno == EINTR)
			;
		binds->list[i].opened = child_take(child);
		if (binds->list[i].opened < 0)
			return child_expect(child); /* its failure */
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
	child.own_session = true; /* the terminal is not for it */
	if (child_spawn(&child, CLONE_NEWNS, make_and_hand_over, &maker) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	return take_all(&child, binds);
}

/* ---- Either of both ---- */

int bundle_nodes_open(struct container *container)
{
	const struct devices *devices = &container->cgroup.devices;
	struct mounts *binds = &container->node_binds;

	if (!needs_binds(container))
		return 0;
	binds->list = calloc(devices->node_count, sizeof(*binds->list));
	if (!binds->list)
		return fail("calloc");
	for (size_t i = 0; i < devices->node_count; i++)
		binds->list[binds->count++] = (struct mounts_entry){
			.source = userns_find_node(&devices->nodes[i]),
			.target = devices->nodes[i].path,
			.bind = true,
		};
	return may_make(container) ? make_nodes(container, binds) : mounts_open(binds);
}

int bundle_nodes_make(struct container *container, int root)
{
	if (container->node_binds.count)
		return mounts_attach(&container->node_binds, NULL, root);
	return device_populate(&container->cgroup.devices, root);
}
