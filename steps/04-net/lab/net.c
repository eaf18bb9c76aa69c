#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "forwarding.h"
#include "link.h"
#include "rtnl.h"

static const char inside[] = "eth0"; /* what the device is called in the container */

/* The bridge of a subnet has its name from it, so that two subnets never share one. */
static void name_bridge(const struct subnet *subnet, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "st%08x-%u", subnet->network, subnet->prefix % 32);
}

static bool has_bridge(const struct subnet *subnet)
{
	char name[IFNAMSIZ];

	name_bridge(subnet, name);
	return if_nametoindex(name) != 0;
}

/* The bridge goes last: as long as it is there, the next step knows that there is work left. */
static void remove_bridge(struct rtnl *rtnl, const char *name)
{
	if (!if_nametoindex(name))
		return;
	nat_undo_firewall(name);
	nat_remove(name);
	link_delete(rtnl, name);
}

static int create_bridge(struct rtnl *rtnl, const struct net *net)
{
	const char *name = net->bridge;

	remove_bridge(rtnl, name); /* if there is one, nobody has a lease of it */
	if (link_create_bridge(rtnl, name, subnet_gateway(&net->subnet)) < 0)
		return -1;
	if (link_add_address(rtnl, name, subnet_gateway(&net->subnet), net->subnet.prefix) < 0)
		return -1;
	if (link_set_up(rtnl, name) < 0)
		return -1;
	if (nat_create(name, &net->subnet) < 0)
		return -1;
	if (nat_pass_firewall(name) < 0)
		return -1;
	return forwarding_enable(rtnl, name);
}

/* Binds the host's port, so that no other program, and no other container, has it meanwhile. */
static int reserve(const struct port *port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port->host_port),
		.sin_addr = port->host,
	};
	int fd = socket(AF_INET, (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail("socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return fail("bind %s:%u/%s to publish it", inet_ntoa(port->host), port->host_port,
			    port->udp ? "udp" : "tcp");
	}
	return fd;
}

static int publish_all(struct net *net)
{
	net->reserved = calloc(net->port_count, sizeof(*net->reserved));
	if (net->port_count && !net->reserved)
		return fail("calloc");
	for (size_t i = 0; i < net->port_count; i++)
		net->reserved[i] = -1;
	for (size_t i = 0; i < net->port_count; i++) {
		net->reserved[i] = reserve(&net->ports[i]);
		if (net->reserved[i] < 0)
			return -1;
		if (nat_publish(net->bridge, &net->ports[i], net->address) < 0)
			return -1;
	}
	return 0;
}

/* Undoes what belongs to a lease, with the bridge's last one the bridge, and gives it back. */
static void give_back(struct rtnl *rtnl, int lease, const char *bridge, struct in_addr address)
{
	if (pool_count(bridge) == 1)
		remove_bridge(rtnl, bridge);
	else
		nat_withdraw(bridge, address);
	pool_release(lease, bridge, address);
}

/* Does for steps that were killed what they could not. */
static void give_back_crashed(struct rtnl *rtnl)
{
	char bridge[IFNAMSIZ];
	struct in_addr address;
	int lease;

	while ((lease = pool_find_crashed(bridge, &address)) >= 0)
		give_back(rtnl, lease, bridge, address);
	if (pool_count(NULL) == 0)
		forwarding_restore();
}

int net_prepare(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };
	autofd int lock = -1;

	if (net->mode != NET_BRIDGE)
		return 0;
	lock = pool_lock();
	if (lock < 0)
		return -1;
	net->lease = -1;
	net->prepared = true;
	if (rtnl_open(&rtnl) < 0)
		return -1;
	give_back_crashed(&rtnl);
	if (net->subnet.prefix == 0) {
		if (pool_choose(&rtnl, &net->subnet, has_bridge) < 0)
			return -1;
	} else if (!has_bridge(&net->subnet) && pool_check(&rtnl, &net->subnet) < 0) {
		return -1;
	}
	name_bridge(&net->subnet, net->bridge);
	/* The lease first: if we are killed from here on, it tells the next step to clean up. */
	net->lease = pool_lease(net->bridge, &net->subnet, net->address, &net->address);
	if (net->lease < 0)
		return -1;
	if (pool_count(net->bridge) == 1 && create_bridge(&rtnl, net) < 0)
		return -1;
	return publish_all(net);
}

int net_configure(const struct net *net)
{
	/*
	 * TODO 2: in the namespace in which this runs, set loopback up. That is all for NET_NONE.
	 *
	 * TODO 9: otherwise, give the device `inside` the address and the rate, if there is one;
	 * set it up, and add the default route, which leads to the bridge: pool.h.
	 */
	(void)net;
	(void)inside;
	return 0;
}

/* Calls net_configure() in the network namespace, and comes back. */
static int configure_in(int namespace, struct net *net)
{
	/*
	 * TODO 2: go into `namespace`, do net_configure(), and come back, also if it failed:
	 * setns(2). Without a way back nothing can be undone: then `prepared` is false, which
	 * leaves it to the next step.
	 */
	(void)namespace;
	(void)net;
	return 0;
}

int net_connect(struct net *net, int pid)
{
	autortnl struct rtnl rtnl = { 0 };
	autofd int namespace = -1;
	char path[64];

	if (net->mode == NET_HOST)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return fail("open %s", path);
	if (net->mode == NET_NONE)
		return configure_in(namespace, net);
	if (rtnl_open(&rtnl) < 0)
		return -1;
	/*
	 * TODO 9: make the veth pair, whose end on the host is net->veth, "ve" and the PID. If
	 * there is a rate, shape what leaves through it.
	 */
	if (link_set_hairpin(&rtnl, net->veth) < 0)
		return -1;
	/* TODO 9: configure the other end. */
	if (link_wait(&rtnl, net->veth) < 0)
		return -1;
	return link_wait(&rtnl, net->bridge);
}

void net_disconnect(struct net *net)
{
	autortnl struct rtnl rtnl = { 0 };
	autofd int lock = -1;

	if (!net->prepared)
		return;
	net->prepared = false;
	lock = pool_lock();
	if (lock < 0 || rtnl_open(&rtnl) < 0)
		return; /* the next step finds the lease, and does it */
	/* The kernel would remove it a moment later: too late for the next who has the address. */
	if (if_nametoindex(net->veth))
		link_delete(&rtnl, net->veth);
	if (net->lease >= 0)
		give_back(&rtnl, net->lease, net->bridge, net->address);
	for (size_t i = 0; net->reserved && i < net->port_count && net->reserved[i] >= 0; i++)
		close(net->reserved[i]);
	if (pool_count(NULL) == 0) {
		forwarding_restore();
		pool_remove();
	}
}

void net_cleanup(struct net **net)
{
	net_disconnect(*net);
}
