/*
 * Chapter 4: other tools' firewalls, and the door of this room.
 *
 * Where a firewall drops what is forwarded, an accept in our table does not help: the kernel asks
 * all tables. So rules of ours, marked with the bridge's name, go into that firewall's chain, or
 * into DOCKER-USER, the chain that Docker leaves to others.
 *
 * This room reads the listing of the rules, because a test packet would have to leave the host. To
 * add a rule to iptables-legacy is to write its whole table anew, so there a warning is all.
 *
 * Source: nft(8); "Docker and iptables" in Docker's manual.
 */
#ifndef STEPS_FIREWALL_H
#define STEPS_FIREWALL_H

#include "subnet.h"

/*
 * Lets the bridge's traffic pass where a rule or a policy would drop it. Warns where that cannot be
 * done, or where nobody can tell what a rule drops. A rule that drops only some addresses or ports
 * keeps doing so. `uplink` is the device that leads out of the host, `chains` what nft's "list
 * chains" has printed.
 */
void firewall_pass(const char *bridge, const struct subnet *subnet, const char *uplink,
		   const char *chains);

/* Removes these rules from the firewalls' chains. */
void firewall_undo(const char *bridge);

#endif
