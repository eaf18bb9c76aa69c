/*
 * Chapter 4: a filter that lets a container send with its own addresses alone.
 *
 * The filter is where the container's frames arrive on the host: at the near end of its veth pair.
 * A flush of the firewall's rules does not remove it; the kernel does, with the device.
 *
 * Rules of nftables' bridge family could do the same, but each container would cost one more run
 * of nft. A kernel may lack the filter (sch_ingress, cls_bpf). Then there is a warning, and
 * rp_filter at the bridge keeps out addresses that are not of its subnet.
 *
 * Source: tc-bpf(8); Documentation/networking/filter.rst; RFC 826.
 */
#ifndef STEPS_ANTISPOOF_H
#define STEPS_ANTISPOOF_H

#include <netinet/in.h>

#include "rtnl.h"

/*
 * Attaches the filter to the port `name`. These frames pass: IPv4 and ARP whose source is this
 * address and the hardware address that belongs to it. All others are dropped: IPv6, VLANs, and
 * what is for 127.0.0.0/8, which route_localnet would lead to the host's own services
 * (CVE-2020-8558). Warns where the kernel has no such filters. Returns 0 or -1.
 */
int antispoof_attach(struct rtnl *rtnl, const char *name, struct in_addr address);

#endif
