#include "bundle_nodes.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "userns_rootfs.h"

/* Whether there are users of the machine that we are not above: it is a user namespace. */
static bool is_userns(void)
{
	autofree char *map = file_read("/proc/self/uid_map");
	unsigned int inside, outside, size;

	return map && sscanf(map, "%u %u %u", &inside, &outside, &size) == 3 && size != UINT32_MAX;
}

static bool needs_binds(const struct container *container)
{
	return container->namespaces & CLONE_NEWUSER ||
		namespaces_join(&container->joined, CLONE_NEWUSER) || is_userns();
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
