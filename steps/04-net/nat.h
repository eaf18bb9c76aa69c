/*
 * Chapter 4: address translation and filtering, with nftables.
 *
 * All rules of a bridge are in one table of its name, so that nobody else's are touched and all go
 * at once. libnftables, which takes the language of nft(8), is loaded when it is first needed.
 *
 * Source: nft(8); libnftables(3).
 */
#ifndef STEPS_NAT_H
#define STEPS_NAT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/* A published port: what arrives at the host's goes to the container's. */
struct port {
	struct in_addr host; /* 0.0.0.0: all of the host's addresses */
	uint16_t host_port, port;
	bool udp;
};

/* Makes the table for the bridge `name`. Returns 0 or -1. */
int nat_create(const char *name, const struct subnet *subnet);

/* Removes it, if it is there. */
void nat_remove(const char *name);

/* Publishes a port of the container with that address. Returns 0 or -1. */
int nat_publish(const char *name, const struct port *port, struct in_addr address);

/* Withdraws all ports of the container with that address. */
void nat_withdraw(const char *name, struct in_addr address);

/*
 * Lets the bridge's traffic pass where another tool (Docker, a firewall) has set the policy of the
 * forward hook to drop: an accept in our table does not help against that. Adds rules marked with
 * the bridge's name to its chain, or to DOCKER-USER, which Docker leaves to others. 0 or -1.
 */
int nat_pass_firewall(const char *name);
void nat_undo_firewall(const char *name);

#endif
