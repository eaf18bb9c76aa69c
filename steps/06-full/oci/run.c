#include "run.h"

#include <sched.h>

#include "resolver.h"
#include "spawn.h"

static void choose_namespaces(struct container *container)
{
	container->namespaces = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
	container->loopback = container->net.mode != NET_HOST;
	if (container->loopback)
		container->namespaces |= CLONE_NEWNET;
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
	if (net_connect(net, child.pid) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	status = child_wait(&child);
	if (status >= 0)
		cgroup_report(cgroup);
	return status;
}
