/*
 * Chapter 4: which container has which address.
 *
 * An address is leased by a lock on a file, flock(2): the kernel releases it when its owner is
 * gone, so no crash can leak one. The files are in a directory in /run, one for each network
 * namespace that is a host; it is gone with the last container.
 */
#ifndef STEPS_POOL_H
#define STEPS_POOL_H

#include <net/if.h>
#include <netinet/in.h>

#include "subnet.h"

/* The address of a container, and the bridge that it is on. */
struct lease {
	char bridge[IFNAMSIZ];
	struct in_addr address;
};

/*
 * Opens the directory, and takes the lock of all that containers share, until pool_close(). Returns
 * the descriptor or -1.
 */
int pool_open(void);
void pool_close(int pool);

/* Removes the directory, if it is empty. Call it with the lock held, as all that follows. */
void pool_remove(void);

/*
 * Leases lease->address or, if that is 0.0.0.0, the first free address of the subnet to a container
 * on lease->bridge. Returns the descriptor that holds it, and fills `lease`, or -1.
 */
int pool_lease(int pool, const struct subnet *subnet, struct lease *lease);

/* Gives a lease back. */
void pool_release(int pool, const struct lease *lease);

/* How many leases there are of the bridge, or, if that is NULL, of all bridges; or -1. */
int pool_count(int pool, const char *bridge);

/*
 * Finds a lease whose owner has crashed: the file is there, and nobody holds it. Returns its
 * descriptor and fills `lease`; -1 if there is none.
 */
int pool_find_crashed(int pool, struct lease *lease);

#endif
