/*
 * Chapter 4: other tools' firewalls. Code outside of firewall/ includes only this header.
 *
 * If a firewall drops forwarded packets, an accept in the bridge's table does not help: the kernel
 * asks all tables. So firewall_pass() inserts rules, marked with the bridge's name, into that
 * firewall's chain, or into DOCKER-USER, the chain that Docker leaves to its users.
 *
 * The listing of the rules is read, because a test packet would have to leave the host. A rule can
 * be added to iptables-legacy only by writing the whole table again, so there is only a warning.
 *
 * Source: nft(8); "Docker and iptables" in Docker's manual.
 */
#ifndef STEPS_FIREWALL_H
#define STEPS_FIREWALL_H

#include "subnet.h"

/*
 * Lets the bridge's traffic pass where a rule or a policy would drop it. Warns if that cannot be
 * done, or if the text of a rule does not show what the rule drops. A rule that drops only some
 * addresses or ports keeps doing so. `uplink` is the device that leads out of the host, `chains`
 * what nft's "list chains" has printed.
 */
void firewall_pass(const char *bridge, const struct subnet *subnet, const char *uplink,
		   const char *chains);

/* Removes the bridge's rules from the firewalls' chains. */
void firewall_undo(const char *bridge);

#endif
