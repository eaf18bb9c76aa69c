#include "net.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "antispoof.h"
#include "bridge.h"
#include "cleanup.h"
#include "fail.h"
#include "forwarding.h"
#include "link.h"
#include "narrate.h"
#include "netns.h"
#include "ports.h"
#include "rules.h"
#include "setting.h"
#include "teardown.h"
#include "uplink.h"
#include "veth.h"

static const char inside[] = "eth0"; /* the name of the device in the container */

/* Chooses a subnet, and leases an address on its bridge. */
static int take_lease(struct net *net, struct rtnl *rtnl)
{
	if (bridge_choose_subnet(net->pool, rtnl, &net->subnet) < 0)
		return -1;
	bridge_name(&net->subnet, net->lease.bridge);
	net->lease.address = net->address;
	net->held = pool_lease(net->pool, &net->subnet, &net->lease);
	if (net->held < 0)
		return -1;
	net->address = net->lease.address;
	return veth_make_room(rtnl, &net->lease);
}

/*
 * Makes the bridge, unless it is there. Somebody may have deleted the bridge while containers run
 * on it: then attaches their veth pairs again.
 */
static int provide_bridge(struct net *net, struct rtnl *rtnl)
{
	if (if_nametoindex(net->lease.bridge))
		return 0;
	if (bridge_create(rtnl, &net->subnet) < 0)
		return -1;
	return veth_attach_all(net->pool, rtnl, net->lease.bridge);
}

int net_prepare(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };
	bool is_first;
	int count;

	if (net->mode != NET_BRIDGE)
		return 0;
	net->pool = pool_open();
	if (net->pool < 0)
		return -1;
	if (rtnl_open(&rtnl, NETLINK_ROUTE) < 0)
		return -1;
	teardown_crashed(net->pool, &rtnl);
	/* The lease comes first: if this step is killed later, the next finds it and cleans up. */
	if (take_lease(net, &rtnl) < 0)
		return -1;
	count = pool_count(net->pool, net->lease.bridge);
	if (count < 0)
		return -1;
	is_first = count == 1;
	if (ports_reserve(net->ports, net->port_count, net->held) < 0)
		return -1;
	if (is_first && if_nametoindex(net->lease.bridge)) { /* a crash has left the bridge */
		rules_remove(net->pool, &net->lease);
		bridge_remove(&rtnl, net->lease.bridge);
	}
	fail_forget(); /* a device of a killed step may have gone while it was deleted */
	if (rules_start(&net->rules, net->pool, &net->lease, is_first, net->port_count > 0) < 0)
		return -1;
	if (provide_bridge(net, &rtnl) < 0)
		return -1;
	if (forwarding_enable(net->pool, &rtnl, net->lease.bridge) < 0)
		return -1;
	uplink_check(&rtnl, net->lease.bridge, net->address);
	return 0;
}

int net_enter(const struct net *net, const struct child *child)
{
	return net->mode == NET_HOST ? 0 : netns_enter(child);
}

/* Gives the device in the container its address, rate and default route. */
static int configure(const struct net *net)
{
	/*
	 * TODO 9: open a netlink socket (rtnl_open()): the caller's belongs to the host's
	 * namespace. Switch IPv6 off for the device `inside`, and let all users ping (setting.h).
	 * Give the device the address and the rate, if there is one; set it up, and add the default
	 * route, which leads to the bridge: subnet.h.
	 */
	(void)net;
	(void)inside;
	return 0;
}

/* Calls configure() in the container's network namespace, and comes back. */
static int configure_in(int namespace, struct net *net)
{
	/*
	 * TODO 9: go into `namespace`, do configure(), and come back, also if it failed:
	 * setns(2). Without a way back nothing can be undone: then `pool` and `held` are 0, which
	 * leaves it to the next step.
	 */
	(void)namespace;
	(void)net;
	(void)configure;
	return 0;
}

/* Connects the namespace to the bridge. Returns when packets that it sends will arrive. */
static int connect_to_bridge(struct net *net, int namespace)
{
	autortnl struct rtnl rtnl = { 0 };
	char veth[IFNAMSIZ];

	if (rtnl_open(&rtnl, NETLINK_ROUTE) < 0)
		return -1;
	veth_name(&net->lease, veth);
	/* TODO 9: make the veth pair, whose end on the host is called `veth`. */
	if (setting_disable_ipv6(veth) < 0)
		return -1;
	if (antispoof_attach(&rtnl, veth, net->address) < 0)
		return -1;
	if (link_set_hairpin(&rtnl, veth) < 0)
		return -1;
	if (link_set_up(&rtnl, veth) < 0)
		return -1;
	/* TODO 9: if there is a rate, shape what leaves through `veth`. Configure the other end. */
	(void)namespace;
	(void)configure_in;
	if (link_wait(&rtnl, veth) < 0)
		return -1;
	if (link_wait(&rtnl, net->lease.bridge) < 0)
		return -1;
	if (worker_finish(&net->rules) < 0)
		return -1;
	ports_end_early_connections(net->ports, net->port_count);
	pool_close(net->pool);
	net->pool = 0;
	return 0;
}

int net_connect(struct net *net, const struct child *child)
{
	autofd int namespace = -1;

	if (net->mode == NET_HOST)
		return 0;
	namespace = net->namespace > 0 ? net->namespace : netns_create();
	if (namespace == NETNS_STRANDED)
		net->pool = net->held = 0;
	if (namespace < 0)
		return -1;
	if (net->mode == NET_BRIDGE && connect_to_bridge(net, namespace) < 0)
		return -1;
	return netns_hand_over(namespace, child);
}

void net_disconnect(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };

	if (net->pool <= 0 && net->held <= 0)
		return;
	worker_finish(&net->rules);
	if (net->pool <= 0)
		net->pool = pool_open();
	/* If one of these fails, the next step finds the lease and undoes it. */
	if (net->pool > 0 && rtnl_open(&rtnl, NETLINK_ROUTE) == 0) {
		if (net->held > 0)
			teardown_lease(net->pool, &rtnl, &net->lease, net->port_count > 0);
		ports_release(net->ports, net->port_count);
		teardown_crashed(net->pool, &rtnl);
		pool_remove();
	}
	if (net->held > 0)
		close(net->held); /* a build runs many containers */
	pool_close(net->pool);
	net->pool = net->held = 0;
}

void net_cleanup(struct net **net)
{
	net_disconnect(*net);
}
