/*
 * Chapter 4: what /etc says in a container with a network of its own.
 *
 * The host's resolver may be at 127.0.0.53 (systemd-resolved), an address that means the container
 * itself in the container. systemd-resolved keeps a second file that names its own servers.
 *
 * Source: systemd-resolved.service(8), "/etc/resolv.conf"; resolv.conf(5).
 */
#ifndef STEPS_RESOLVER_H
#define STEPS_RESOLVER_H

#include "etc.h"
#include "net.h"

/*
 * Fills `etc`: the container's address for /etc/hosts, and a resolv.conf with the servers of
 * --dns, or else the host's that can be reached from the container. Returns 0 or -1.
 */
int resolver_describe(const struct net *net, struct etc *etc);

#endif
