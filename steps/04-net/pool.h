/*
 * Chapter 4: which addresses containers get.
 *
 * A subnet is one bridge. An address is leased by a lock on a file, flock(2): the kernel releases
 * it when its owner is gone, so no crash can leak one.
 */
#ifndef STEPS_POOL_H
#define STEPS_POOL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "rtnl.h"

/* The directory of the leases and of what is to be put back; gone with the last container. */
#define POOL_DIR "/run/steps-net"

struct subnet {
	uint32_t network; /* in host byte order, as is what is computed with */
	unsigned int prefix;
};

/*
 * Reads "10.88.0.0/24". Returns whether it is one that has room, a prefix from 8 to 30, below
 * 224.0.0.0, where addresses are no host's.
 */
bool subnet_parse(const char *text, struct subnet *subnet);

/* The bridge's own address, the first in the subnet, in network byte order. */
struct in_addr subnet_gateway(const struct subnet *subnet);

bool subnet_contains(const struct subnet *subnet, struct in_addr address);

/* Refuses a subnet that a route of the host overlaps. Returns 0 or -1. */
int pool_check(struct rtnl *rtnl, const struct subnet *subnet);

/*
 * Finds a subnet that no route of the host overlaps: the first of 10.88.0.0/24, 10.89.0.0/24 ...
 * `is_ours` tells whether a subnet is one of ours already, which is as good. Returns 0 or -1.
 */
int pool_choose(struct rtnl *rtnl, struct subnet *subnet, bool (*is_ours)(const struct subnet *));

/*
 * Takes the lock of everything that is shared by the containers; it ends when the descriptor is
 * closed. Returns the descriptor or -1.
 */
int pool_lock(void);

/* Removes the lock and its directory, after the last container. Call it with the lock held. */
void pool_remove(void);

/*
 * Leases `wanted`, or, if that is 0.0.0.0, the first free address, to a container on the bridge.
 * Call it with the lock held. Returns the lease's descriptor and fills `leased`, or -1.
 */
int pool_lease(const char *bridge, const struct subnet *subnet, struct in_addr wanted,
	       struct in_addr *leased);

/* Gives a lease back. Call it with the lock held. */
void pool_release(int lease, const char *bridge, struct in_addr address);

/* How many leases are held of the bridge, or, if that is NULL, of all bridges. */
size_t pool_count(const char *bridge);

/*
 * Finds a lease whose owner has crashed: the file is there and nobody holds it. Call it with the
 * lock held. Returns its descriptor, now ours, and whose it was; -1 if there is none.
 */
int pool_find_crashed(char bridge[IFNAMSIZ], struct in_addr *address);

#endif
