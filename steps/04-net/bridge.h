/*
 * Chapter 4: the bridge of a subnet.
 */
#ifndef STEPS_BRIDGE_H
#define STEPS_BRIDGE_H

#include <net/if.h>
#include <stdbool.h>

#include "rtnl.h"
#include "subnet.h"

/* A bridge has its name from its subnet, so that two subnets never share one. */
void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ]);

/* Fills `subnet` with that of the bridge. Returns whether a bridge of ours can have this name. */
bool bridge_parse(const char *name, struct subnet *subnet);

/*
 * Chooses a subnet for a new container if none is asked for (its prefix is 0): the first of
 * 10.88.0.0/24, 10.89.0.0/24 ... that has an address left. Refuses one that cannot be used: no
 * route of the host may lead to its addresses but that of a bridge of ours, which is in the pool or
 * was left by a crash, and no other program's device may have the bridge's name. Caller must hold
 * the pool's lock. Returns 0 or -1.
 */
int bridge_choose_subnet(int pool, struct rtnl *rtnl, struct subnet *subnet);

/* Makes the bridge and sets it up; its rules and forwarding come on top. Returns 0 or -1. */
int bridge_create(struct rtnl *rtnl, const struct subnet *subnet);

/*
 * Deletes the bridge if it is there and we made it. Call this after its rules are removed: as long
 * as the bridge is there, the next step knows that it has to clean up.
 */
void bridge_remove(struct rtnl *rtnl, const char *name);

#endif
