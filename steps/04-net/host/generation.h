/*
 * Chapter 4: whether another program has changed the host's nftables rules meanwhile.
 *
 * The kernel counts the changes of its rules, and tells the number, the generation, in one message.
 * The generation after our own last change is recorded beside the leases. While it is the same, no
 * rule of ours is missing.
 *
 * To ask for the number takes 20 µs, a run of nft 3 ms. On a host whose rules change all the time
 * (fail2ban's sets), each start runs nft.
 *
 * Caller must hold the pool's lock. Source: NFT_MSG_GETGEN in <linux/netfilter/nf_tables.h>.
 */
#ifndef STEPS_GENERATION_H
#define STEPS_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the generation of now; 0 where the kernel does not tell. */
uint32_t generation_read(void);

/* Returns the generation after our own last change; 0 if none is recorded. */
uint32_t generation_recorded(int pool);

/* Returns true if only we have changed rules since our own last change. */
bool generation_is_ours(int pool);

/*
 * Records the generation of now, unless another program has changed rules after the generation
 * `before`, beside the changes that this process has made (nft_changes()).
 */
void generation_record(int pool, uint32_t before);

/* Removes the record, with the last lease. */
void generation_forget(int pool);

#endif
