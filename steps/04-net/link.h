/*
 * Chapter 4: network devices, their addresses and routes.
 *
 * Addresses are IPv4, in network byte order. Each function returns 0, or -1 with a message.
 *
 * Source: rtnetlink(7), veth(4); <linux/if_link.h>; ip-link(8) for what each can do.
 */
#ifndef STEPS_LINK_H
#define STEPS_LINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "rtnl.h"

/*
 * The first 16 bits of the hardware addresses of the devices that steps make: 02, which no
 * manufacturer has, and a letter, 'S', or 's' for the end of a veth pair that is on the host. The
 * rest is an IP address. By this address a step recognizes a device that a step has made.
 */
#define LINK_MAC_PREFIX 0x0253
#define LINK_MAC_PORT	0x0273

/*
 * Makes a bridge without an IPv6 address. Its hardware address is made from `address`, as that of a
 * container's device. So a neighbour's ARP entry is also right for the next device with that IP
 * address.
 */
int link_create_bridge(struct rtnl *rtnl, const char *name, struct in_addr address);

/*
 * Makes a pair of veth devices: `name` here, as a port of the bridge, and `peer` in the network
 * namespace of the descriptor `namespace`, where it is to have this address. Both are down.
 */
int link_create_veth(struct rtnl *rtnl, const char *name, const char *bridge, const char *peer,
		     int namespace, struct in_addr address);

/*
 * Lets the bridge send frames back through the port that they came from. A container needs this to
 * reach its own published port, where the bridge's frames go through the firewall (br_netfilter).
 */
int link_set_hairpin(struct rtnl *rtnl, const char *name);

/*
 * Returns true if a step has made the device: if the device is of this kind ("bridge"), and has the
 * hardware address of this prefix and IP address.
 */
bool link_is_ours(struct rtnl *rtnl, const char *name, const char *kind, unsigned int prefix,
		  struct in_addr address);

/* Makes the device a port of the bridge. */
int link_set_master(struct rtnl *rtnl, const char *name, const char *bridge);

int link_delete(struct rtnl *rtnl, const char *name);
int link_set_up(struct rtnl *rtnl, const char *name);

/*
 * Waits until the device is operational, at most some ten seconds. The kernel lets frames pass only
 * a moment after both ends of a pair are up, and drops them until then.
 */
int link_wait(struct rtnl *rtnl, const char *name);

/* Sets `found` if any device is a port of the bridge. */
int link_has_ports(struct rtnl *rtnl, const char *bridge, bool *found);

int link_add_address(struct rtnl *rtnl, const char *name, struct in_addr address,
		     unsigned int prefix);
int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway);

/*
 * Shapes what leaves through the device with a token bucket: `rate` in bits a second.
 * Source: tc-tbf(8).
 */
int link_set_rate(struct rtnl *rtnl, const char *name, uint64_t rate);

#endif
