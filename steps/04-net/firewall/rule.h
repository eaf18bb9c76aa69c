/*
 * Chapter 4: what one rule of nftables does with a packet, as far as its text tells.
 *
 * Source: nft(8).
 */
#ifndef STEPS_RULE_H
#define STEPS_RULE_H

#include <stdbool.h>

#include "packet.h"

/* The actions of rules. GO_ON: the rule decides nothing, and the next rule follows. */
enum action { GO_ON, ACCEPT, DROP, RETURN, JUMP, GOTO };

struct verdict {
	enum truth truth; /* whether the rule's conditions are true of the packet */
	bool is_broad;	  /* MAYBE means: true of most packets, rather than of some */
	enum action action;
	char target[64]; /* of JUMP and GOTO: the chain */
};

/* Judges the text of a rule, as nft prints it. */
struct verdict rule_judge(const char *text, const struct packet *packet);

#endif
