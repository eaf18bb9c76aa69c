/*
 * Chapter 4: what the chains of nftables do with a packet, as far as their listing tells.
 *
 * Source: nft(8).
 */
#ifndef STEPS_RULESET_H
#define STEPS_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "nft.h"
#include "packet.h"

/* A rule of a chain; or, with `is_hook`, the line that says where the kernel calls the chain. */
struct rule {
	struct nft_chain chain;
	char *text;
	bool is_hook;
};

struct ruleset {
	struct rule *rules;
	size_t count;
	const char *accepting; /* treat the chain of this name as if it accepted all; or NULL */
	/* ruleset_follow() fills these in, or NULL. */
	const struct rule *culprit; /* drops the packet */
	const struct rule *unclear; /* may drop the packet */
};

/* Reads what nft has listed. The rules point into `listing`, which is changed. Returns 0 or -1. */
int ruleset_read(struct ruleset *set, char *listing);
void ruleset_free(struct ruleset *set);

/* Follows the packet through the chain of this hook. Fills in `culprit` and `unclear`. */
enum fate ruleset_follow(struct ruleset *set, const struct rule *hook, const struct packet *packet);

#endif
