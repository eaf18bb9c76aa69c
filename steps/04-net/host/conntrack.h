/*
 * Chapter 4: connections that the kernel tracks.
 *
 * For the kernel, a UDP client that keeps sending is one connection. The kernel sends all packets
 * of a connection where it sent the first one, even if the rules have changed since. So the
 * connections to a port are deleted when the port is published, and those of a container when its
 * address is released. Otherwise the next container with that address would get their packets.
 *
 * If the kernel does not list its connections, these functions do nothing.
 *
 * Source: conntrack(8), <linux/netfilter/nfnetlink_conntrack.h>.
 */
#ifndef STEPS_CONNTRACK_H
#define STEPS_CONNTRACK_H

#include <netinet/in.h>
#include <stdint.h>

/* Deletes all connections from or to a container with this address. */
void conntrack_forget_container(struct in_addr address);

/*
 * Deletes UDP connections to the host's port at this address, or, for 0.0.0.0, at any address of
 * the host. Connections to the same port elsewhere, which the host forwards, stay.
 */
void conntrack_forget_udp(struct in_addr host, uint16_t port);

#endif
