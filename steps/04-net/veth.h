/*
 * Chapter 4: the veth pair of a container: its end on the host, which is a port of the bridge.
 *
 * Source: veth(4).
 */
#ifndef STEPS_VETH_H
#define STEPS_VETH_H

#include <net/if.h>
#include <stdbool.h>

#include "pool.h"
#include "rtnl.h"

/* Names the end on the host after the lease's address, which no other container has. */
void veth_name(const struct lease *lease, char name[IFNAMSIZ]);

/*
 * Returns false if no packet went through the pair, from either end; true if one did, or if the
 * kernel has already deleted the pair, so that nothing is known.
 */
bool veth_has_carried(struct rtnl *rtnl, const struct lease *lease);

/*
 * Deletes the pair, if a step has made it, or waits until the kernel has deleted it: the next
 * container may have the same address, and its pair the same name. The wait is the shorter way: the
 * kernel answers RTM_DELLINK only when no processor can have a pointer to the devices any more.
 */
void veth_delete(struct rtnl *rtnl, const struct lease *lease);

/*
 * Frees the name: deletes a pair that a killed step has left. Fails if another program's device has
 * the name. Returns 0 or -1.
 */
int veth_make_room(struct rtnl *rtnl, const struct lease *lease);

/* After the bridge was made again: attaches the veth pairs of its containers. Returns 0 or -1. */
int veth_attach_all(int pool, struct rtnl *rtnl, const char *bridge);

#endif
