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
 * Makes a bridge that is to have this address; it has no IPv6 address of its own. Its hardware
 * address, as that of a container's device, is made of the IP address: then who has learnt it is
 * right also about the next one with that IP address.
 */
int link_create_bridge(struct rtnl *rtnl, const char *name, struct in_addr address);

/*
 * Makes a pair of veth devices: `name` here, as a port of the bridge, and `peer` in the network
 * namespace that the descriptor `namespace` names, where it is to have this address.
 */
int link_create_veth(struct rtnl *rtnl, const char *name, const char *bridge, const char *peer,
		     int namespace, struct in_addr address);

/*
 * Lets the bridge send frames back through the port that they came from: so a container reaches
 * its own published port where the bridge's frames go through the firewall (br_netfilter).
 */
int link_set_hairpin(struct rtnl *rtnl, const char *name);

int link_delete(struct rtnl *rtnl, const char *name);
int link_set_up(struct rtnl *rtnl, const char *name);

/*
 * Waits until the device is operational, at most a second. The kernel lets frames through only a
 * moment after both ends of a pair are up, and loses them until then.
 */
int link_wait(struct rtnl *rtnl, const char *name);

/* Fills `found`: whether any device is a port of the bridge. */
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
