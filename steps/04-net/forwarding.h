/*
 * Chapter 4: forwarding, which makes a host a router.
 *
 * It is switched on for the bridge and for the devices that the host's routes lead to, each by
 * itself and only where it is off; what it was is kept in a file, and put back at the end.
 *
 * Source: Documentation/networking/ip-sysctl.rst, conf/interface/forwarding and route_localnet.
 */
#ifndef STEPS_FORWARDING_H
#define STEPS_FORWARDING_H

#include "rtnl.h"

/* Call both with the pool's lock held; `pool` is its directory. Returns 0 or -1. */
int forwarding_enable(int pool, struct rtnl *rtnl, const char *bridge);

/* Puts back what was changed, where nobody else has changed it since. */
void forwarding_restore(int pool);

#endif
