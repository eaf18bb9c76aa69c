#include "net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge.h"
#include "cleanup.h"
#include "conntrack.h"
#include "fail.h"
#include "forwarding.h"
#include "link.h"
#include "narrate.h"
#include "netns.h"
#include "setting.h"

static const char inside[] = "eth0"; /* what the device is called in the container */

/* The other end of the pair has its name from the address, which nobody else has. */
static void veth_name(const struct lease *lease, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "ve%08x", ntohl(lease->address.s_addr));
}

static int withdraw(void *lease)
{
	nat_withdraw(((struct lease *)lease)->bridge, ((struct lease *)lease)->address);
	return 0;
}

/* The kernel would do it a moment later: too late for the next who has the address. */
static void delete_veth(struct rtnl *rtnl, const struct lease *lease)
{
	char veth[IFNAMSIZ];

	veth_name(lease, veth);
	if (if_nametoindex(veth))
		link_delete(rtnl, veth);
}

/* Undoes what belongs to a lease, and gives it back. */
static void give_back(int pool, struct rtnl *rtnl, struct lease *lease, bool published)
{
	delete_veth(rtnl, lease);
	if (pool_count(pool, lease->bridge) == 1)
		bridge_remove(rtnl, lease->bridge);
	else if (published)
		aside_run(withdraw, lease);
	pool_release(pool, lease);
}

/* Does for steps that were killed what they could not. */
static void give_back_crashed(int pool, struct rtnl *rtnl)
{
	struct lease lease;
	int held;

	while ((held = pool_find_crashed(pool, &lease)) >= 0) {
		give_back(pool, rtnl, &lease, true);
		close(held);
	}
	if (pool_count(pool, NULL) == 0)
		forwarding_restore(pool);
}

/* The first usable one of 10.88.0.0/24, 10.89.0.0/24 ..., if none was asked for. */
static int choose_subnet(int pool, struct rtnl *rtnl, struct subnet *subnet)
{
	const struct in_addr wanted = { htonl(subnet->network) };
	bool usable;

	if (subnet->prefix) {
		if (bridge_usable(pool, rtnl, subnet, &usable) < 0)
			return -1;
		return usable ? 0
			      : fail_input("--subnet %s/%u: the host has a route to addresses "
					   "in it; choose another, or leave it out",
					   inet_ntoa(wanted), subnet->prefix);
	}
	subnet->prefix = 24;
	for (uint32_t second = 88; second < 256; second++) {
		subnet->network = 10U << 24 | second << 16;
		if (bridge_usable(pool, rtnl, subnet, &usable) < 0)
			return -1;
		if (usable)
			return 0;
	}
	return fail_input("no subnet is free: the host has routes to 10.88.0.0/24 and all that "
			  "follow; choose one with --subnet");
}

/* Binds the host's port, so that no other program, and no other container, has it meanwhile. */
static int reserve(struct port *port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port->host_port),
		.sin_addr = port->host,
	};

	port->reserved = socket(AF_INET, (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	if (port->reserved < 0)
		return fail("socket");
	if (bind(port->reserved, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("bind %s:%u/%s to publish it", inet_ntoa(port->host), port->host_port,
			    port->udp ? "udp" : "tcp");
	return 0;
}

/* Aside: the rules of the bridge, if it is new, and of the ports. */
static int make_rules(void *argument)
{
	const struct net *net = argument;
	const char *bridge = net->lease.bridge;

	if (net->is_first && nat_create(bridge, &net->subnet) < 0)
		return -1;
	if (net->port_count && nat_publish(bridge, net->ports, net->port_count, net->address) < 0)
		return -1;
	for (size_t i = 0; i < net->port_count; i++)
		if (net->ports[i].udp)
			conntrack_forget_udp(net->ports[i].host_port);
	return 0;
}

int net_prepare(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };
	int count;

	if (net->mode != NET_BRIDGE)
		return 0;
	net->pool = pool_open();
	if (net->pool < 0)
		return -1;
	if (rtnl_open(&rtnl, NETLINK_ROUTE) < 0)
		return -1;
	give_back_crashed(net->pool, &rtnl);
	if (choose_subnet(net->pool, &rtnl, &net->subnet) < 0)
		return -1;
	/* The lease first: if we are killed from here on, it tells the next step to clean up. */
	bridge_name(&net->subnet, net->lease.bridge);
	net->lease.address = net->address;
	net->held = pool_lease(net->pool, &net->subnet, &net->lease);
	if (net->held < 0)
		return -1;
	net->address = net->lease.address;
	delete_veth(&rtnl, &net->lease); /* if one is left */
	count = pool_count(net->pool, net->lease.bridge);
	if (count < 0)
		return -1;
	net->is_first = count == 1;
	for (size_t i = 0; i < net->port_count; i++)
		if (reserve(&net->ports[i]) < 0)
			return -1;
	if (net->is_first && if_nametoindex(net->lease.bridge))
		bridge_remove(&rtnl, net->lease.bridge); /* a crash has left it */
	fail_forget(); /* what went away while it was cleaned up: a dead container's device */
	if ((net->is_first || net->port_count) && aside_start(&net->rules, make_rules, net) < 0)
		return -1;
	return net->is_first ? bridge_create(net->pool, &rtnl, &net->subnet) : 0;
}

int net_enter(const struct net *net, const struct child *child)
{
	return net->mode == NET_HOST ? 0 : netns_enter(child);
}

/* In the container's network namespace: address, default route. */
static int configure(const struct net *net)
{
	/*
	 * TODO 9: switch IPv6 off for the device `inside` (setting.h), give it the address and the
	 * rate, if there is one; set it up, and add the default route, which leads to the bridge:
	 * subnet.h.
	 */
	(void)net;
	(void)inside;
	return 0;
}

/* Calls configure() in the network namespace, and comes back. */
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

/* Connects it to the bridge; returns when what it sends will arrive. */
static int connect_to_bridge(struct net *net, int namespace)
{
	autortnl struct rtnl rtnl = { 0 };
	char veth[IFNAMSIZ];

	if (rtnl_open(&rtnl, NETLINK_ROUTE) < 0)
		return -1;
	veth_name(&net->lease, veth);
	/*
	 * TODO 9: make the veth pair, whose end on the host is called `veth`. If there is a rate,
	 * shape what leaves through it.
	 */
	if (link_set_hairpin(&rtnl, veth) < 0)
		return -1;
	/* TODO 9: configure the other end. */
	(void)namespace;
	(void)configure_in;
	if (link_wait(&rtnl, veth) < 0)
		return -1;
	if (link_wait(&rtnl, net->lease.bridge) < 0)
		return -1;
	if (aside_finish(&net->rules) < 0)
		return -1;
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

static void give_back_ports(const struct net *net)
{
	for (size_t i = 0; i < net->port_count; i++) {
		if (net->ports[i].reserved > 0)
			close(net->ports[i].reserved);
		if (net->ports[i].udp)
			conntrack_forget_udp(net->ports[i].host_port);
	}
}

void net_disconnect(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };

	if (net->pool <= 0 && net->held <= 0)
		return;
	aside_finish(&net->rules);
	if (net->pool <= 0)
		net->pool = pool_open();
	/* Where that fails, the next step finds the lease, and does it. */
	if (net->pool > 0 && rtnl_open(&rtnl, NETLINK_ROUTE) == 0) {
		if (net->held > 0)
			give_back(net->pool, &rtnl, &net->lease, net->port_count > 0);
		give_back_ports(net);
		give_back_crashed(net->pool, &rtnl);
		pool_remove();
	}
	pool_close(net->pool);
	net->pool = net->held = 0;
}

void net_cleanup(struct net **net)
{
	net_disconnect(*net);
}
