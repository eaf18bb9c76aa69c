#include "run.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "fail.h"
#include "resolver.h"
#include "spawn.h"

static void choose_namespaces(struct container *container)
{
	container->namespaces = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
	container->loopback = container->net.mode != NET_HOST;
	if (container->loopback)
		container->namespaces |= CLONE_NEWNET;
}

static int connect_network(struct container *container)
{
	struct net *net = &container->net;
	char path[64];

	if (!container->network_handed)
		return 0;
	if (container->loopback) { /* it is there, and belongs to the container's users */
		snprintf(path, sizeof(path), "/proc/%d/ns/net", container->child->pid);
		net->namespace = open(path, O_RDONLY | O_CLOEXEC);
		if (net->namespace < 0)
			return fail("open %s", path);
	}
	return net_connect(net, container->child);
}

int container_run(struct container *container)
{
	autonet struct net *net = &container->net;
	autocgroup struct cgroup *cgroup = &container->cgroup;
	autochild struct child child = CHILD_NONE;
	int status;

	choose_namespaces(container);
	if (container_prepare(container, &child) < 0)
		return -1;
	if (net_prepare(net) < 0)
		return -1;
	if (resolver_describe(net, &container->rootfs.etc) < 0)
		return -1;
	if (cgroup_create(cgroup) < 0)
		return -1;
	if (container_spawn(container) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	if (connect_network(container) < 0)
		return -1;
	status = child_wait(&child);
	if (status < 0 || cgroup_report(cgroup, !child.unexecuted) < 0)
		return -1;
	return status;
}
