#include "bridge.h"

#include <stdio.h>

#include "aside.h"
#include "forwarding.h"
#include "link.h"
#include "nat.h"
#include "pool.h"

void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "st%08x-%u", subnet->network, subnet->prefix % 32);
}

int bridge_usable(int pool, struct rtnl *rtnl, const struct subnet *subnet, bool *usable)
{
	char name[IFNAMSIZ];
	bool taken = false;

	bridge_name(subnet, name);
	if (!if_nametoindex(name)) {
		if (subnet_has_route(subnet, rtnl, &taken) < 0)
			return -1;
	} else if (pool_count(pool, name) == 0) {
		/* With ports it is somebody's with another /run: a step in a container, maybe. */
		if (link_has_ports(rtnl, name, &taken) < 0)
			return -1;
	}
	*usable = !taken;
	return 0;
}

int bridge_create(int pool, struct rtnl *rtnl, const struct subnet *subnet)
{
	struct in_addr address = subnet_gateway(subnet);
	char name[IFNAMSIZ];

	bridge_name(subnet, name);
	if (link_create_bridge(rtnl, name, address) < 0)
		return -1;
	if (link_add_address(rtnl, name, address, subnet->prefix) < 0)
		return -1;
	if (link_set_up(rtnl, name) < 0)
		return -1;
	return forwarding_enable(pool, rtnl, name);
}

static int remove_rules(void *name)
{
	nat_remove(name);
	return 0;
}

void bridge_remove(struct rtnl *rtnl, const char *name)
{
	aside_run(remove_rules, (void *)name);
	if (if_nametoindex(name))
		link_delete(rtnl, name);
}
