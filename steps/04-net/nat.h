/*
 * Chapter 4: address translation and filtering, with nftables.
 *
 * All rules of a bridge are in one table of its name, so that nobody else's are touched and all go
 * at once.
 *
 * Source: nft(8).
 */
#ifndef STEPS_NAT_H
#define STEPS_NAT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "subnet.h"

/* A published port: what arrives at the host's goes to the container's. */
struct port {
	struct in_addr host; /* 0.0.0.0: all of the host's addresses */
	uint16_t host_port, port;
	bool udp;
	int reserved; /* a socket that keeps the host's port; 0: none */
};

/*
 * Makes the table for the bridge `name`, and lets the bridge's traffic pass other tools' firewalls,
 * or warns. Returns 0 or -1.
 */
int nat_create(const char *name, const struct subnet *subnet);

/* Removes the table and what is in others' firewalls, if it is there. */
void nat_remove(const char *name);

/* Publishes ports of the container with that address. Returns 0 or -1. */
int nat_publish(const char *name, const struct port *ports, size_t count, struct in_addr address);

/* Withdraws all ports of the container with that address. */
void nat_withdraw(const char *name, struct in_addr address);

#endif
