#include "bridge.h"

#include <stdio.h>

#include "aside.h"
#include "forwarding.h"
#include "link.h"
#include "nat.h"
#include "pool.h"
#include "setting.h"

void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "st%08x-%u", subnet->network, subnet->prefix % 32);
}

int bridge_usable(int pool, struct netlink *netlink, const struct subnet *subnet, bool *usable)
{
	char name[IFNAMSIZ];
	bool taken = false;

	bridge_name(subnet, name);
	if (!if_nametoindex(name)) {
		if (subnet_has_route(subnet, netlink, &taken) < 0)
			return -1;
	} else if (pool_count(pool, name) == 0) {
		/* With ports it is somebody's with another /run: a step in a container, maybe. */
		if (link_has_ports(netlink, name, &taken) < 0)
			return -1;
	}
	*usable = !taken;
	return 0;
}

int bridge_create(int pool, struct netlink *netlink, const struct subnet *subnet)
{
	struct in_addr address = subnet_gateway(subnet);
	char name[IFNAMSIZ];

	bridge_name(subnet, name);
	bridge_remove(netlink, name);
	if (link_create_bridge(netlink, name, address) < 0)
		return -1;
	if (setting_disable_ipv6(name) < 0)
		return -1;
	if (link_add_address(netlink, name, address, subnet->prefix) < 0)
		return -1;
	if (link_set_up(netlink, name) < 0)
		return -1;
	return forwarding_enable(pool, netlink, name);
}

static int remove_rules(void *name)
{
	nat_remove(name);
	return 0;
}

void bridge_remove(struct netlink *netlink, const char *name)
{
	if (!if_nametoindex(name))
		return;
	aside_run(remove_rules, (void *)name);
	link_delete(netlink, name);
}
