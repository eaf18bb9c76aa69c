#include "bundle_nodes.h"

#include <sched.h>
#include <stdlib.h>

#include "fail.h"
#include "userns_rootfs.h"

static bool needs_binds(const struct container *container)
{
	return container->namespaces & CLONE_NEWUSER ||
		namespaces_join(&container->joined, CLONE_NEWUSER) || !userns_is_initial();
}

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
	return mounts_open(binds);
}

int bundle_nodes_make(struct container *container, int root)
{
	if (container->node_binds.count)
		return mounts_attach(&container->node_binds, NULL, root);
	return device_populate(&container->cgroup.devices, root);
}
