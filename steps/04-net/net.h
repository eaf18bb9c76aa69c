/*
 * Chapter 4: a container's own network.
 *
 * Source: network_namespaces(7), veth(4).
 * Article 1: CLONE_NEWNET. Article 2: configs.NEWNET, Networks, "loopback".
 */
#ifndef STEPS_NET_H
#define STEPS_NET_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "nat.h"
#include "pool.h"
#include "subnet.h"
#include "worker.h"

enum net_mode {
	NET_BRIDGE, /* a device on a bridge of the host; address translation leads outside */
	NET_NONE,   /* loopback alone */
	NET_HOST,   /* the host's own network: not isolated */
};

struct net {
	enum net_mode mode;
	struct subnet subnet;	/* prefix 0: choose one */
	struct in_addr address; /* 0.0.0.0: choose one */
	uint64_t rate;		/* bits a second, each way; 0: no limit */
	struct port *ports;	/* to publish */
	size_t port_count;
	const char *dns[3]; /* servers for /etc/resolv.conf, which takes no more than three */
	size_t dns_count;
	int namespace; /* of the container; 0: net_connect() makes one */
	/* net_prepare() fills these, and net_disconnect() gives them back. */
	int pool; /* the pool's directory while the host side holds its lock; 0: not held */
	struct lease lease;
	int held;	     /* the descriptor that holds the lease; 0: none */
	struct worker rules; /* makes rules while the host side goes on */
};

struct child; /* spawn.h */

#define autonet __attribute__((cleanup(net_cleanup)))

/*
 * The host side calls this before the container is there. Leases an address, reserves the ports to
 * publish, and, for the first container of a subnet, makes the bridge and its rules. Does nothing
 * unless the mode is NET_BRIDGE. Returns 0 or -1; net_disconnect() undoes it in both cases.
 */
int net_prepare(struct net *net);

/*
 * The host side calls this while the child makes its mounts. Makes a network namespace, connects it
 * to the bridge, and hands it over to the child as soon as packets pass. Does nothing for NET_HOST.
 * Returns 0 or -1.
 */
int net_connect(struct net *net, const struct child *child);

/*
 * The child calls this. Waits for the network namespace and enters it. Does nothing for NET_HOST.
 * Returns 0 or -1.
 */
int net_enter(const struct net *net, const struct child *child);

/*
 * The host side calls this after the container's end. Undoes what net_prepare() and net_connect()
 * did. The last container removes the bridge and its rules, and restores the host's settings.
 */
void net_disconnect(struct net *net);

/* For autonet. */
void net_cleanup(struct net **net);

#endif
