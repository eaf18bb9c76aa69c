/*
 * Chapter 4: the rules of the bridges on the host: those of nat.c, made and removed by nft, and
 * what lets the bridges' traffic pass other tools' firewalls.
 *
 * `nft flush ruleset`, or a firewall that is started, deletes rules that running containers need.
 * If the generation shows such a change, the rules of all leases are made again. For that, each
 * lease's file lists the published ports (ports.h).
 *
 * Caller must hold the pool's lock.
 */
#ifndef STEPS_RULES_H
#define STEPS_RULES_H

#include <stdbool.h>

#include "pool.h"
#include "worker.h"

/*
 * Starts a worker that makes the rules which are missing for a lease: those of the bridge, if the
 * lease is the first one on it; those of the ports, if the container publishes some; or those of
 * all bridges, if another program has changed the host's rules. If no rule is missing, starts no
 * worker. Returns 0 or -1.
 */
int rules_start(struct worker *worker, int pool, const struct lease *lease, bool is_first,
		bool has_ports);

/* Removes the rules of the lease's ports. */
void rules_withdraw(int pool, const struct lease *lease);

/* Removes all rules of the lease's bridge, if there are any. */
void rules_remove(int pool, const struct lease *lease);

#endif
