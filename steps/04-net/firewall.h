/*
 * Chapter 4: other tools' firewalls. Where one drops what is forwarded, an accept in our table does
 * not help: rules of ours, marked with the bridge's name, go into its chain, or into DOCKER-USER,
 * which Docker leaves to others.
 *
 * Source: nft(8); "Docker and iptables" in Docker's manual.
 */
#ifndef STEPS_FIREWALL_H
#define STEPS_FIREWALL_H

#include <stdbool.h>

/*
 * Lets the bridge's traffic pass; where that cannot be done, one line says so. `chains` is what
 * nft's "list chains" printed.
 */
void firewall_pass(const char *bridge, const char *chains);

/* Takes the rules out again. */
void firewall_undo(const char *bridge);

/*
 * Whether iptables-legacy drops what is forwarded: its tables are not nftables'. Source: iptables'
 * own interface, <linux/netfilter_ipv4/ip_tables.h>.
 */
bool firewall_legacy_drops(void);

#endif
