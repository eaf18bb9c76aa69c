/*
 * Chapter 4: the device that leads out of the host, as the kernel itself would choose it: by all of
 * the host's routes and rules of policy routing.
 *
 * If packets are not forwarded, a warning says so. Nothing is repaired: forwarding is the host's
 * policy.
 *
 * Source: RTM_GETROUTE in rtnetlink(7), ip-rule(8).
 */
#ifndef STEPS_UPLINK_H
#define STEPS_UPLINK_H

#include <net/if.h>
#include <netinet/in.h>

#include "rtnl.h"

/* Fills in the device of the host's default route; empty if there is none. */
void uplink_find(char name[IFNAMSIZ]);

/*
 * Warns if the host has an uplink, but packets of a container with this address, on this bridge,
 * are not forwarded there, or the answers do not come back.
 */
void uplink_check(struct rtnl *rtnl, const char *bridge, struct in_addr container);

#endif
