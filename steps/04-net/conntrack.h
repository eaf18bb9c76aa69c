/*
 * Chapter 4: connections that the kernel remembers.
 *
 * A UDP client that keeps sending is one connection to the kernel, led where it was led at its
 * first packet. So when a port is published, or is no more, what is known of the port has to go.
 *
 * Source: conntrack(8), <linux/netfilter/nfnetlink_conntrack.h>.
 */
#ifndef STEPS_CONNTRACK_H
#define STEPS_CONNTRACK_H

#include <stdint.h>

/*
 * Forgets all that was sent by UDP to the host's port. Where the kernel does not tell what it
 * remembers, nothing happens.
 */
void conntrack_forget_udp(uint16_t port);

#endif
