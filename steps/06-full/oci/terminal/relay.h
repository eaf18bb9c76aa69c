/*
 * Chapter 6: the host side of a container's terminal. Until the child has ended, input from the
 * runtime's terminal goes to the container's master, and output from this master goes to the
 * runtime's standard output.
 *
 * Source: pty(7), poll(2), signalfd(2), pidfd_open(2), "poll"; SIGWINCH of ioctl_tty(2).
 */
#ifndef STEPS_RELAY_H
#define STEPS_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "spawn.h"

/* Bytes on their way from one descriptor to another. If `from` is -1, no more are read. */
struct flow {
	int from, to;
	size_t begin, end; /* of the bytes that were read and are not written yet */
	char bytes[4096];
};

struct relay {
	struct child *child;
	bool interactive;     /* the keys of the runtime's terminal go to the child */
	bool handed_over;     /* the child has sent the master, or will not send it any more */
	bool ended;	      /* the child has ended */
	int signals, resized; /* readable when child_wait() has to take a signal; at SIGWINCH */
	/*
	 * The slave is kept open. Otherwise the master would report the end when the last user
	 * closes the slave, although a user may open it again.
	 */
	int master, slave;
	struct flow typed, shown;
};

/*
 * Before child_spawn(): prepares a relay that child_wait() drives. From here on, only faults and
 * the signals that child_wait() handles end the runtime: other signals are blocked, because they
 * would leave its terminal raw. The caller has called job_defer_signals(), which keeps the signal
 * mask for the command. Returns 0 or -1.
 */
int relay_prepare(struct relay *relay, struct child *child, bool interactive);

#endif
