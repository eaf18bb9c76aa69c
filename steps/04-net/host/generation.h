/*
 * Chapter 4: whether another program has changed the host's nftables rules meanwhile.
 *
 * The kernel counts the changes of its rules, and sends the number, the generation, in one message.
 * A step records the generation after its own change beside the leases. While the kernel's
 * generation is the recorded one, no rule of the steps is missing.
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

/* Returns the kernel's generation; 0 if the kernel does not send it. */
uint32_t generation_read(void);

/* Returns the recorded generation; 0 if there is none. */
uint32_t generation_recorded(int pool);

/* Returns true if no program has changed rules since the generation was recorded. */
bool generation_is_ours(int pool);

/*
 * Records the kernel's generation, unless another program has changed rules since the generation
 * `before`: then there were more changes than those of this process (nft_changes()). Records
 * nothing if `before` is 0.
 */
void generation_record(int pool, uint32_t before);

/* Removes the record, with the last lease. */
void generation_forget(int pool);

#endif
