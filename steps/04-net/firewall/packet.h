/*
 * Chapter 4: the kinds of packets that the containers of a bridge send and get, and whether a
 * condition of another program's firewall is true of them.
 */
#ifndef STEPS_PACKET_H
#define STEPS_PACKET_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "subnet.h"

/* A kind: its connection goes out or comes in, and it is the first packet or an answer. */
struct packet {
	char in[IFNAMSIZ], out[IFNAMSIZ]; /* devices; empty: unknown */
	const struct subnet *source;	  /* that of the containers; NULL: any address */
	const struct subnet *destination; /* likewise */
	bool is_new;			  /* the first packet of its connection */
	bool is_published;		  /* of a connection to a published port */
};

/* PACKET_JUMPS_MAX: the kernel follows no more jumps from chain to chain. */
enum { PACKET_KINDS = 4, PACKET_JUMPS_MAX = 16 };

/* The truth of a condition for a kind. MAYBE: true of some of its packets, or not known. */
enum truth { NO, MAYBE, YES };

/* The verdict of a chain on a packet. PASSED_ON: the chain ends without one. */
enum fate { PASSED_ON, ACCEPTED, DROPPED };

/* Fills in the four kinds, for a bridge and the device that leads out of the host ("": none). */
void packet_list(struct packet packets[PACKET_KINDS], const char *bridge,
		 const struct subnet *subnet, const char *uplink);

/* Compares a device with a name. A `*` or `+` at the end of the name stands for any end. */
enum truth packet_match_device(const char *device, const char *pattern);

/*
 * Compares the containers' addresses, or, for NULL, any addresses, with a network, which is in host
 * byte order.
 */
enum truth packet_match_network(const struct subnet *containers, uint32_t network, uint32_t mask);

/* Returns the state of the packet's connection: one bit of those in the mask of `ct state`. */
uint32_t packet_state(const struct packet *packet);

enum truth truth_not(enum truth truth);
enum truth truth_and(enum truth one, enum truth other);
enum truth truth_of(bool is_true);

#endif
