/*
 * Chapter 4: the veth pair of a container: its end on the host, which is a port of the bridge.
 *
 * Source: veth(4).
 */
#ifndef STEPS_VETH_H
#define STEPS_VETH_H

#include <net/if.h>

#include "pool.h"
#include "rtnl.h"

/* The end on the host has its name from the lease's address, which no other container has. */
void veth_name(const struct lease *lease, char name[IFNAMSIZ]);

/*
 * Deletes the pair, if we made it. The kernel would delete it a moment after the container's end:
 * too late for the next container with this address.
 */
void veth_delete(struct rtnl *rtnl, const struct lease *lease);

/*
 * Makes the name free: deletes a pair that a killed step has left, and refuses to go on where
 * another program's device has the name. Returns 0 or -1.
 */
int veth_make_room(struct rtnl *rtnl, const struct lease *lease);

/* Attaches the pairs of all containers on the bridge to it, after it was made anew. 0 or -1. */
int veth_attach_all(int pool, struct rtnl *rtnl, const char *bridge);

#endif
