/*
 * Chapter 4: a process that does some of the host side's work while the host side goes on.
 *
 * nft takes some 3 ms, and the host side has other things to do meanwhile. When the host side is
 * killed, its worker goes on to its end. The worker has inherited the locks, so the next step waits
 * for it before it cleans up.
 */
#ifndef STEPS_WORKER_H
#define STEPS_WORKER_H

#include <sys/types.h>

struct worker {
	pid_t pid;   /* 0: none is running */
	int failure; /* the pipe that its message comes through */
};

/* Starts a process that calls work(argument). work() returns 0, or -1 with a message. 0 or -1. */
int worker_start(struct worker *worker, int (*work)(void *), void *argument);

/* Waits for the end of the worker. Returns what work() returned, or 0 if none was started. */
int worker_finish(struct worker *worker);

/* Starts a worker and waits for its end. */
int worker_run(int (*work)(void *), void *argument);

#endif
