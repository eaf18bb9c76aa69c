/*
 * Chapter 4: published ports. A socket reserves each port for the container. The file of the
 * container's lease lists the ports, so that any step can make their rules again.
 */
#ifndef STEPS_PORTS_H
#define STEPS_PORTS_H

#include <stddef.h>

#include "nat.h"
#include "pool.h"

/* Reserves the host's ports, and lists them in the lease's file `held`. Returns 0 or -1. */
int ports_reserve(struct port *ports, size_t count, int held);

/*
 * Ends connections that clients made before the rules were there: they have reached the reserving
 * sockets, which serve nobody.
 */
void ports_end_early_connections(const struct port *ports, size_t count);

/* Closes the sockets, so that other programs can have the ports. */
void ports_release(const struct port *ports, size_t count);

/* Calls each(port, address, data) for the ports that the lease's file lists. Returns 0 or -1. */
int ports_each(int pool, const struct lease *lease,
	       void (*each)(const struct port *port, struct in_addr address, void *data),
	       void *data);

#endif
