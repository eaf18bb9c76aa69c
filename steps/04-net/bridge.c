#include "bridge.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "fail.h"
#include "link.h"
#include "pool.h"
#include "setting.h"

void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "st%08x-%u", subnet->network, subnet->prefix % 32);
}

bool bridge_parse(const char *name, struct subnet *subnet)
{
	return sscanf(name, "st%8x-%2u", &subnet->network, &subnet->prefix) == 2;
}

/* Returns whether another program's device has the name of this subnet's bridge. */
static bool is_foreign(struct rtnl *rtnl, const struct subnet *subnet)
{
	char name[IFNAMSIZ];

	bridge_name(subnet, name);
	return if_nametoindex(name) &&
		!link_is_ours(rtnl, name, "bridge", LINK_MAC_PREFIX, subnet_gateway(subnet));
}

/* Fills `usable`: whether containers can be on the subnet. Returns 0 or -1. */
static int check_subnet(int pool, struct rtnl *rtnl, const struct subnet *subnet, bool *usable)
{
	char name[IFNAMSIZ];
	bool taken = false;

	bridge_name(subnet, name);
	if (!if_nametoindex(name)) {
		if (subnet_has_route(subnet, rtnl, &taken) < 0)
			return -1;
	} else if (is_foreign(rtnl, subnet)) {
		taken = true;
	} else if (pool_count(pool, name) == 0) {
		/* A bridge with ports belongs to a step with another /run, in a container maybe. */
		if (link_has_ports(rtnl, name, &taken) < 0)
			return -1;
	}
	*usable = !taken;
	return 0;
}

/* The user has asked for this subnet. Returns 0, or -1 with the reason why it cannot be used. */
static int check_wanted(int pool, struct rtnl *rtnl, const struct subnet *subnet)
{
	const struct in_addr network = { htonl(subnet->network) };
	char name[IFNAMSIZ];
	bool usable;

	if (check_subnet(pool, rtnl, subnet, &usable) < 0)
		return -1;
	if (usable)
		return 0;
	if (is_foreign(rtnl, subnet)) {
		bridge_name(subnet, name);
		return fail_input("--subnet %s/%u: the host has a device %s that no step has made; "
				  "rename it, or choose another subnet",
				  inet_ntoa(network), subnet->prefix, name);
	}
	return fail_input("--subnet %s/%u: the host has a route to addresses in it; choose "
			  "another, or leave it out",
			  inet_ntoa(network), subnet->prefix);
}

int bridge_choose_subnet(int pool, struct rtnl *rtnl, struct subnet *subnet)
{
	enum { ADDRESSES = 253 }; /* for containers, in a /24 */
	char name[IFNAMSIZ];
	bool usable;

	if (subnet->prefix)
		return check_wanted(pool, rtnl, subnet);
	subnet->prefix = 24;
	for (uint32_t second = 88; second < 256; second++) {
		subnet->network = 10U << 24 | second << 16;
		if (check_subnet(pool, rtnl, subnet, &usable) < 0)
			return -1;
		bridge_name(subnet, name);
		if (usable && pool_count(pool, name) < ADDRESSES)
			return 0;
	}
	return fail_input("no subnet is free: 10.88.0.0/24 and all that follow are full, or the "
			  "host has routes to them; choose one with --subnet");
}

/*
 * Lets the host refuse routes from containers (redirects), and packets from addresses to which the
 * host would not answer by this bridge (rp_filter).
 */
static int distrust(const char *name)
{
	if (setting_set("ipv4", name, "accept_redirects", '0') < 0)
		return -1;
	return setting_set("ipv4", name, "rp_filter", '1');
}

int bridge_create(struct rtnl *rtnl, const struct subnet *subnet)
{
	struct in_addr address = subnet_gateway(subnet);
	char name[IFNAMSIZ];

	bridge_name(subnet, name);
	if (link_create_bridge(rtnl, name, address) < 0)
		return -1;
	if (setting_disable_ipv6(name) < 0)
		return -1;
	if (distrust(name) < 0)
		return -1;
	if (link_add_address(rtnl, name, address, subnet->prefix) < 0)
		return -1;
	return link_set_up(rtnl, name);
}

void bridge_remove(struct rtnl *rtnl, const char *name)
{
	struct subnet subnet;

	if (if_nametoindex(name) && bridge_parse(name, &subnet) && !is_foreign(rtnl, &subnet))
		link_delete(rtnl, name);
}
