/*
 * Chapter 4: address translation and filtering, as commands of nft(8).
 *
 * All rules of a bridge are in one table, which has the bridge's name. So the rules of other
 * programs stay untouched, and one command deletes all rules of the bridge. host/rules.c has nft
 * execute the commands.
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

/* A published port: packets for the host's port are sent on to the container's port. */
struct port {
	struct in_addr host; /* 0.0.0.0: all of the host's addresses */
	uint16_t host_port, port;
	bool udp;
	int reserved; /* a socket that keeps the host's port; 0: none */
};

/*
 * Writes the commands that make the bridge's table, without published ports. An older table of that
 * name is replaced. The commands also list all chains of the host, for firewall_pass().
 */
void nat_print_table(FILE *commands, const char *bridge, const struct subnet *subnet);

/* Writes the command that publishes the port of the container with this address. */
void nat_print_port(FILE *commands, const char *bridge, const struct port *port,
		    struct in_addr container);

#endif
