/*
 * Chapter 4: work that a process of its own does for us, beside us.
 *
 * nft takes some 3 ms, most of which the host side has other things to do in. If that is killed,
 * the process aside goes on to its end: it has the host side's locks as well, so the next step
 * waits for it before it cleans up.
 */
#ifndef STEPS_ASIDE_H
#define STEPS_ASIDE_H

#include <sys/types.h>

struct aside {
	pid_t pid;   /* 0: none */
	int failure; /* a pipe, through which its message comes */
};

/* Starts work(argument), which returns 0, or -1 with a message. Returns 0 or -1. */
int aside_start(struct aside *aside, int (*work)(void *), void *argument);

/* Waits for its end. Returns what work() returned; 0 if there was none. */
int aside_finish(struct aside *aside);

/* Both. */
int aside_run(int (*work)(void *), void *argument);

#endif
