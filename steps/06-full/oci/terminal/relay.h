/*
 * Chapter 6: the host side of a container's terminal. What is typed at ours goes to its master,
 * what its master shows goes to our standard output, until the child has ended.
 *
 * Source: pty(7), poll(2), signalfd(2), pidfd_open(2), "poll"; SIGWINCH of ioctl_tty(2).
 */
#ifndef STEPS_RELAY_H
#define STEPS_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "spawn.h"

/* Bytes on their way from one descriptor to another; -1: from nowhere any more. */
struct flow {
	int from, to;
	size_t begin, end; /* of what was read and is not written yet */
	char bytes[4096];
};

struct relay {
	struct child *child;
	bool interactive;     /* our terminal's keys go there */
	bool handed_over;     /* the child has sent the master, or will not any more */
	bool ended;	      /* the child has */
	int signals, resized; /* readable when child_wait() has to take a signal; at SIGWINCH */
	int master, slave;    /* the slave is kept open, or the master would end with each last user
			       * of it, although it may be opened again */
	struct flow typed, shown;
};

/*
 * Before child_spawn(): prepares a relay that child_wait() drives. From here on, no signal ends
 * our process but those that it deals with, or our terminal would be left as it is then.
 * Returns 0 or -1.
 */
int relay_prepare(struct relay *relay, struct child *child, bool interactive);

#endif
