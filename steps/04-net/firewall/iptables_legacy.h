/*
 * Chapter 4: iptables-legacy, the interface to the kernel that iptables had before nftables. Its
 * tables are separate from those of nftables.
 *
 * Source: <linux/netfilter_ipv4/ip_tables.h>.
 */
#ifndef STEPS_IPTABLES_LEGACY_H
#define STEPS_IPTABLES_LEGACY_H

#include <stdbool.h>

#include "packet.h"

/* Returns true if iptables-legacy drops one of the PACKET_KINDS packets in forwarding. */
bool iptables_legacy_drops(const struct packet *packets);

#endif
