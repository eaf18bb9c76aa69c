/*
 * Chapter 4: the bridge of a subnet.
 */
#ifndef STEPS_BRIDGE_H
#define STEPS_BRIDGE_H

#include <net/if.h>
#include <stdbool.h>

#include "rtnl.h"
#include "subnet.h"

/* Names a bridge after its subnet, so that two subnets never share a bridge. */
void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ]);

/* Fills `subnet` from the bridge's name. Returns true if a step could have given this name. */
bool bridge_parse(const char *name, struct subnet *subnet);

/*
 * Chooses a subnet for a new container if none is asked for (its prefix is 0): the first of
 * 10.88.0.0/24, 10.89.0.0/24 ... that has an address left. Refuses a subnet if a route of the host
 * leads to its addresses, unless the route is that of a step's bridge, which is in the pool or was
 * left by a crash. Refuses a subnet if another program's device has the bridge's name. Caller must
 * hold the pool's lock. Returns 0 or -1.
 */
int bridge_choose_subnet(int pool, struct rtnl *rtnl, struct subnet *subnet);

/* Makes the bridge and sets it up, without rules and forwarding. Returns 0 or -1. */
int bridge_create(struct rtnl *rtnl, const struct subnet *subnet);

/*
 * Deletes the bridge if it is there and a step has made it. Call this after its rules are removed:
 * as long as the bridge is there, the next step knows that it has to clean up.
 */
void bridge_remove(struct rtnl *rtnl, const char *name);

#endif
