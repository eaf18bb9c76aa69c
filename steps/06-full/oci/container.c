#include "container.h"

#include <sched.h>

#include "cleanup.h"
#include "mount.h"
#include "proc.h"
#include "resolver.h"
#include "spawn.h"

/* The root file system, complete before it is entered. */
static int enter_rootfs(struct container *container)
{
	autofd int root = rootfs_open(&container->rootfs);

	if (root < 0)
		return -1;
	if (proc_mount(root) < 0)
		return -1;
	if (rootfs_populate(&container->rootfs, root) < 0)
		return -1;
	return rootfs_enter(&container->rootfs, root);
}

/* In the new namespaces, in the order that the kernel wants. */
static int inside(void *argument)
{
	struct container *container = argument;

	if (mount_private() < 0)
		return -1;
	if (uts_set(&container->uts) < 0)
		return -1;
	if (net_loopback(&container->net) < 0)
		return -1;
	if (enter_rootfs(container) < 0)
		return -1;
	return init_exec(&container->init, &container->command);
}

static uint64_t namespaces_of(const struct container *container)
{
	uint64_t namespaces = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;

	if (container->net.mode != NET_HOST)
		namespaces |= CLONE_NEWNET;
	return namespaces;
}

int container_run(struct container *container)
{
	autonet struct net *net = &container->net;
	autochild struct child child = CHILD_NONE;

	child_defer_signals(&child);
	if (net_prepare(net) < 0)
		return -1;
	if (resolver_describe(net, &container->rootfs.etc) < 0)
		return -1;
	if (child_spawn(&child, namespaces_of(container), inside, container) < 0)
		return -1;
	if (net_connect(net, child.pid) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	return child_wait(&child);
}
