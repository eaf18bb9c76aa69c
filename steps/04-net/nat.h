/*
 * Chapter 4: address translation and filtering, as commands of nft(8).
 *
 * All rules of a bridge are in one table of its name, so that nobody else's are touched and all go
 * at once. host/rules.c has nft execute the commands.
 *
 * Source: nft(8).
 */
#ifndef STEPS_NAT_H
#define STEPS_NAT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "subnet.h"

/* A published port: what arrives at the host's goes to the container's. */
struct port {
	struct in_addr host; /* 0.0.0.0: all of the host's addresses */
	uint16_t host_port, port;
	bool udp;
	int reserved; /* a socket that keeps the host's port; 0: none */
};

/*
 * Writes the commands that make the bridge's table, without published ports, in the place of one
 * that may be there. They print all chains of the host first, for firewall_pass().
 */
void nat_print_table(FILE *commands, const char *bridge, const struct subnet *subnet);

/* Writes the command that publishes the port of the container with this address. */
void nat_print_port(FILE *commands, const char *bridge, const struct port *port,
		    struct in_addr container);

#endif
