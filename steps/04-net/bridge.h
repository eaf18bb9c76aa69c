/*
 * Chapter 4: the bridge of a subnet, with what belongs to it on the host: rules and settings.
 */
#ifndef STEPS_BRIDGE_H
#define STEPS_BRIDGE_H

#include <net/if.h>
#include <stdbool.h>

#include "rtnl.h"
#include "subnet.h"

/* The bridge has its name from its subnet, so that two subnets never share one. */
void bridge_name(const struct subnet *subnet, char name[IFNAMSIZ]);

/*
 * Fills `usable`: whether containers can be on the subnet. No route of the host may lead to its
 * addresses, but that of a bridge of ours: one that is in the pool, or that a crash has left.
 * Call it with the pool's lock held. Returns 0 or -1.
 */
int bridge_usable(int pool, struct rtnl *rtnl, const struct subnet *subnet, bool *usable);

/* Makes the bridge, but for its rules: nat_create(). Returns 0 or -1. */
int bridge_create(int pool, struct rtnl *rtnl, const struct subnet *subnet);

/*
 * Removes its rules, and the bridge if there is one already. It goes last: as long as it is there,
 * the next step knows that there is work left.
 */
void bridge_remove(struct rtnl *rtnl, const char *name);

#endif
