/*
 * Chapter 6: changes a running container's share of the processor's caches and memory bandwidth.
 *
 * A container without linux.intelRdt gets a class with its ID, as runC gives it, and all its
 * processes are put in it.
 */
#ifndef STEPS_RDT_UPDATE_H
#define STEPS_RDT_UPDATE_H

#include "rdt.h"
#include "state.h"

/* The changes of rdt_update(), for rdt_update_undo(). */
struct rdt_update {
	char *before; /* the class's schemata before; NULL: nothing was changed */
	bool made;    /* the class was made */
};

/* Changes the schemata of the class to rdt->caches. The state must be locked. Returns 0 or -1. */
int rdt_update(struct state *state, const struct rdt *rdt, struct rdt_update *update);

/* Undoes rdt_update(). Keeps the message of a failure. */
void rdt_update_undo(struct state *state, const struct rdt_update *update);

#endif
