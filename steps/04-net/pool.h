/*
 * Chapter 4: which container has which address.
 *
 * An address is leased by a lock on a file, flock(2). The kernel releases the lock when its owner
 * ends, so no crash can leak an address. The files are in a directory in /run. Each network
 * namespace in which steps are started has a directory of its own; the last container removes the
 * directory.
 *
 * A bridge that a step has made, and that has ports but no lease, belongs to a step with another
 * /run. Such a bridge is left alone.
 */
#ifndef STEPS_POOL_H
#define STEPS_POOL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

#include "subnet.h"

/* The address of a container, and the bridge that it is on. */
struct lease {
	char bridge[IFNAMSIZ];
	struct in_addr address;
};

/*
 * Opens the directory and locks it until pool_close(). The lock protects all that the containers of
 * this host share. Returns the descriptor or -1.
 */
int pool_open(void);
void pool_close(int pool);

/*
 * Removes the directory if it is empty. Caller must hold the lock, here and for all functions
 * below.
 */
void pool_remove(void);

/*
 * Leases lease->address or, if that is 0.0.0.0, the first free address of the subnet to a container
 * on lease->bridge. Fills `lease`. Returns the descriptor whose lock holds the lease, or -1.
 */
int pool_lease(int pool, const struct subnet *subnet, struct lease *lease);

/* Ends a lease. */
void pool_release(int pool, const struct lease *lease);

/* Returns how many leases there are on the bridge, or, if that is NULL, on all bridges; or -1. */
int pool_count(int pool, const char *bridge);

/*
 * Calls each(pool, lease, data) for the leases on all bridges until it returns -1. Returns 0 or -1.
 */
int pool_each(int pool, int (*each)(int pool, const struct lease *lease, void *data), void *data);

/* Opens the lease's file, which lists the published ports. Returns NULL after a message. */
FILE *pool_read(int pool, const struct lease *lease);

/*
 * Finds a lease whose owner has crashed: the file is there, and no process holds its lock. Returns
 * a descriptor that holds it and fills `lease`, or -1 if there is none.
 */
int pool_find_crashed(int pool, struct lease *lease);

#endif
