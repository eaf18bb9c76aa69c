#include "veth.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "link.h"

void veth_name(const struct lease *lease, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "ve%08x", ntohl(lease->address.s_addr));
}

static bool is_ours(struct rtnl *rtnl, const char *name, const struct lease *lease)
{
	return if_nametoindex(name) &&
		link_is_ours(rtnl, name, "veth", LINK_MAC_PORT, lease->address);
}

void veth_delete(struct rtnl *rtnl, const struct lease *lease)
{
	char name[IFNAMSIZ];

	veth_name(lease, name);
	if (is_ours(rtnl, name, lease))
		link_delete(rtnl, name);
}

int veth_make_room(struct rtnl *rtnl, const struct lease *lease)
{
	char name[IFNAMSIZ];

	veth_name(lease, name);
	veth_delete(rtnl, lease);
	if (if_nametoindex(name) && !is_ours(rtnl, name, lease))
		return fail_input("the host has a device %s that no step has made: rename it, or "
				  "take another address with --subnet and --ip",
				  name);
	return 0;
}

/* A bridge that was made again, while containers on it run. */
struct bridge {
	struct rtnl *rtnl;
	const char *name;
};

static int attach(int pool, const struct lease *lease, void *data)
{
	const struct bridge *bridge = data;
	char name[IFNAMSIZ];

	(void)pool;
	veth_name(lease, name);
	if (strcmp(lease->bridge, bridge->name) != 0 || !is_ours(bridge->rtnl, name, lease))
		return 0;
	if (link_set_master(bridge->rtnl, name, bridge->name) < 0)
		return -1;
	return link_set_hairpin(bridge->rtnl, name);
}

int veth_attach_all(int pool, struct rtnl *rtnl, const char *bridge)
{
	struct bridge made = { rtnl, bridge };

	return pool_each(pool, attach, &made);
}
