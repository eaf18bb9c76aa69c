/*
 * Chapter 4: forwarding, which makes the host a router.
 *
 * Forwarding is a setting of each device. A step switches forwarding on for the bridge, and, where
 * it is off, for the devices that the host's routes lead to. A file records these devices, and the
 * last container restores their settings.
 *
 * The device of the default route alone would not do: answers from a second network, or a VPN, come
 * in by others. While a container runs, the host forwards, as with Docker.
 *
 * Source: Documentation/networking/ip-sysctl.rst, conf/interface/forwarding and route_localnet.
 */
#ifndef STEPS_FORWARDING_H
#define STEPS_FORWARDING_H

#include "rtnl.h"

/*
 * Switches forwarding on. Each container does so, since the host may have new routes; a device
 * whose forwarding somebody has switched off again stays as it is. Caller must hold the pool's
 * lock. Returns 0 or -1.
 */
int forwarding_enable(int pool, struct rtnl *rtnl, const char *bridge);

/*
 * Restores the settings that were changed, unless somebody else has changed them since. Caller must
 * hold the pool's lock.
 */
void forwarding_restore(int pool);

#endif
