/*
 * Chapter 4: the conditions of nft(8)'s rules that can be judged for a packet: its devices, its
 * addresses, the state of its connection.
 */
#ifndef STEPS_CONDITION_H
#define STEPS_CONDITION_H

#include <stdbool.h>

#include "packet.h"
#include "rule_words.h"

struct condition {
	const char *words[2]; /* the first words: "iifname", or "ct" and "state" */
	enum truth (*match)(const struct packet *packet, const char *value);
	bool is_broad; /* MAYBE means: true of most packets, rather than of some */
};

/* Steps over the first words of a known condition. Returns the condition, or NULL. */
const struct condition *condition_take(struct words *words);

/* Compares the packet with the values of a list, "a, b". Returns the greatest truth among them. */
enum truth condition_match(const struct condition *condition, const struct packet *packet,
			   const char *list);

#endif
