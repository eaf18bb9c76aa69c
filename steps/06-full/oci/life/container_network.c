#include "container_network.h"

#include <sched.h>

#include "cleanup.h"
#include "netns.h"
#include "spawn.h"

int container_move_devices(const struct container *container)
{
	autofd int namespace = -1;

	if (container->config.net_devices.count == 0 || container->network_handed)
		return 0;
	if (namespaces_join(&container->config.joined, CLONE_NEWNET))
		return net_devices_move(
			&container->config.net_devices,
			container->config.joined.opened[namespaces_by_name("network")]);
	namespace = namespaces_open_of(container->child->pid, "net");
	if (namespace < 0)
		return -1;
	return net_devices_move(&container->config.net_devices, namespace);
}

int container_hand_over_network(const struct container *container)
{
	autofd int namespace = -1;

	if (!container->network_handed)
		return 0;
	namespace = netns_create();
	if (namespace < 0 || net_devices_move(&container->config.net_devices, namespace) < 0)
		return -1;
	return netns_hand_over(namespace, container->child);
}

int container_enter_network(struct container *container)
{
	if (!container->network_handed)
		return 0;
	container->network_handed = false;
	return netns_enter(container->child);
}
