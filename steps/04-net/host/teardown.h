/*
 * Chapter 4: the end of a lease: its rules, its connections, its devices and its address go.
 *
 * Caller must hold the pool's lock.
 */
#ifndef STEPS_TEARDOWN_H
#define STEPS_TEARDOWN_H

#include <stdbool.h>

#include "pool.h"
#include "rtnl.h"

/*
 * Undoes what belongs to a lease, and with the last lease of a bridge the bridge, and gives the
 * address back. `has_ports`: the container may have published some.
 */
void teardown_lease(int pool, struct rtnl *rtnl, const struct lease *lease, bool has_ports);

/*
 * Undoes the leases of steps that were killed. Where no lease is left then, forwarding is as it was
 * before.
 */
void teardown_crashed(int pool, struct rtnl *rtnl);

#endif
