/*
 * Chapter 4: subnets of IPv4 addresses. One subnet is one bridge.
 */
#ifndef STEPS_SUBNET_H
#define STEPS_SUBNET_H

#include <netinet/in.h>
#include <stdbool.h>

#include "rtnl.h"

struct subnet {
	uint32_t network; /* in host byte order */
	unsigned int prefix;
};

/*
 * Reads "10.88.0.0/24". Returns whether the text is a subnet for containers: with a prefix from 8
 * to 30, and below 224.0.0.0, where the addresses of hosts end.
 */
bool subnet_parse(const char *text, struct subnet *subnet);

/* Returns the bridge's address, the first in the subnet, in network byte order. */
struct in_addr subnet_gateway(const struct subnet *subnet);

/* Returns the broadcast address, the last in the subnet, in host byte order. */
uint32_t subnet_broadcast(const struct subnet *subnet);

bool subnet_contains(const struct subnet *subnet, struct in_addr address);

/*
 * Sets `found` if any route of the host, other than the default one, shares addresses with the
 * subnet. Returns 0 or -1.
 */
int subnet_has_route(const struct subnet *subnet, struct rtnl *rtnl, bool *found);

#endif
