#include "veth.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "link.h"

enum { TRIES = 200, TRY_MICROSECONDS = 100 };

void veth_name(const struct lease *lease, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "ve%08x", ntohl(lease->address.s_addr));
}

static bool is_ours(struct rtnl *rtnl, const char *name, const struct lease *lease)
{
	return if_nametoindex(name) &&
		link_is_ours(rtnl, name, "veth", LINK_MAC_PORT, lease->address);
}

static int look_at_packets(struct nl_msg *message, void *data)
{
	struct rtnl_link_stats64 packets = { 0 };
	const struct nlattr *counters =
		rtnl_attribute(message, sizeof(struct ifinfomsg), IFLA_STATS64);

	if (counters && nla_memcpy(&packets, counters, sizeof(packets)) > 0)
		*(bool *)data = packets.rx_packets || packets.tx_packets;
	return NL_STOP;
}

bool veth_has_carried(struct rtnl *rtnl, const struct lease *lease)
{
	bool has_carried = true;
	char name[IFNAMSIZ];

	veth_name(lease, name);
	if (!if_nametoindex(name))
		return true;
	rtnl_begin(rtnl, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	return rtnl_dump(rtnl, look_at_packets, &has_carried, "RTM_GETLINK") < 0 || has_carried;
}

/*
 * The kernel deletes the pair together with the network namespace: soon after the end of the
 * container, unless another process keeps the namespace.
 */
static void await_kernel(const char *name)
{
	for (int tries = 0; tries < TRIES && if_nametoindex(name); tries++)
		usleep(TRY_MICROSECONDS);
}

void veth_delete(struct rtnl *rtnl, const struct lease *lease)
{
	char name[IFNAMSIZ];

	veth_name(lease, name);
	if (!is_ours(rtnl, name, lease))
		return;
	await_kernel(name);
	link_delete(rtnl, name); /* ENODEV: the kernel has deleted the pair, and all of it */
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
