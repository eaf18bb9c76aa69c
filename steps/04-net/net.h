/*
 * Chapter 4: a network of its own.
 *
 * Source: network_namespaces(7), veth(4).
 * Article 1: CLONE_NEWNET. Article 2: configs.NEWNET, Networks, "loopback".
 */
#ifndef STEPS_NET_H
#define STEPS_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aside.h"
#include "nat.h"
#include "pool.h"
#include "subnet.h"

enum net_mode {
	NET_BRIDGE, /* a device on a bridge of the host, and out by address translation */
	NET_NONE,   /* loopback alone */
	NET_HOST,   /* the host's own network: not isolated */
};

struct net {
	enum net_mode mode;
	struct subnet subnet;	/* prefix 0: choose one */
	struct in_addr address; /* 0.0.0.0: choose one */
	uint64_t rate;		/* bits a second, each way; 0: as fast as it goes */
	struct port *ports;	/* to publish */
	size_t port_count;
	const char *dns[3]; /* servers for /etc/resolv.conf; it takes no more than three */
	size_t dns_count;
	/* What net_prepare() got, and net_disconnect() gives back. */
	int pool; /* its directory, as long as we have its lock; 0: we have not */
	struct lease lease;
	int held;	    /* the descriptor that holds the lease; 0: none */
	bool is_first;	    /* on its bridge, which it makes */
	struct aside rules; /* makes them while we go on */
	int namespace;	    /* of the container; 0: net_connect() makes it */
};

struct child; /* spawn.h */

#define autonet __attribute__((cleanup(net_cleanup)))

/*
 * On the host, before the container is there: makes the bridge and its rules if it is the first,
 * leases an address and reserves the ports to publish. Does nothing but for NET_BRIDGE.
 * Returns 0 or -1; net_disconnect() undoes it in both cases.
 */
int net_prepare(struct net *net);

/*
 * On the host, while the child makes its mounts: makes its network namespace, connects it, and
 * hands it over when what the child sends will arrive. Does nothing for NET_HOST. Returns 0 or -1.
 */
int net_connect(struct net *net, const struct child *child);

/* In the container: waits for that, if it has a network of its own, and enters. Returns 0 or -1. */
int net_enter(const struct net *net, const struct child *child);

/*
 * On the host, after the container's end: withdraws what net_prepare() and net_connect() made;
 * with the last container, bridge and rules go, and settings are put back.
 */
void net_disconnect(struct net *net);

/* For autonet. */
void net_cleanup(struct net **net);

#endif
