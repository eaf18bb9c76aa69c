/*
 * Chapter 4: the container's address and name servers, for its files in /etc.
 *
 * The host's resolver may be at 127.0.0.53 (systemd-resolved). In the container, this address is
 * the container's own. systemd-resolved keeps a second file, which names the servers that it asks.
 *
 * Source: systemd-resolved.service(8), "/etc/resolv.conf"; resolv.conf(5).
 */
#ifndef STEPS_RESOLVER_H
#define STEPS_RESOLVER_H

#include "etc.h"
#include "net.h"

/*
 * Fills in `etc`: the container's address for /etc/hosts, and a resolv.conf with the servers of
 * --dns, or else those of the host that the container can reach. Returns 0 or -1.
 */
int resolver_describe(const struct net *net, struct etc *etc);

#endif
