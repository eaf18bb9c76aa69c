/*
 * Chapter 4: subnets of IPv4 addresses. One subnet is one bridge.
 */
#ifndef STEPS_SUBNET_H
#define STEPS_SUBNET_H

#include <netinet/in.h>
#include <stdbool.h>

#include "rtnl.h"

struct subnet {
	uint32_t network; /* in host byte order, as is what is computed with */
	unsigned int prefix;
};

/*
 * Reads "10.88.0.0/24". Returns whether it is one that has room, a prefix from 8 to 30, below
 * 224.0.0.0, where addresses are no host's.
 */
bool subnet_parse(const char *text, struct subnet *subnet);

/* The bridge's own address, the first in the subnet, in network byte order. */
struct in_addr subnet_gateway(const struct subnet *subnet);

/* The last address, which is for all, in host byte order. */
uint32_t subnet_broadcast(const struct subnet *subnet);

bool subnet_contains(const struct subnet *subnet, struct in_addr address);

/* Fills `found`: whether any route of the host, but the default one, shares addresses with the
 * subnet. Returns 0 or -1. */
int subnet_has_route(const struct subnet *subnet, struct rtnl *rtnl, bool *found);

#endif
