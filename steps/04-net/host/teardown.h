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
 * Removes the rules, connections and devices of a lease, and releases its address. With the last
 * lease of a bridge, removes the bridge as well. `has_ports`: the container may have published
 * some.
 */
void teardown_lease(int pool, struct rtnl *rtnl, const struct lease *lease, bool has_ports);

/*
 * Ends the leases of steps that were killed. If no lease is left then, restores the host's
 * forwarding settings and removes the record of the generation.
 */
void teardown_crashed(int pool, struct rtnl *rtnl);

#endif
