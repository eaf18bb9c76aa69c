/*
 * Chapter 6: the command's standard streams, and a terminal of its own for them.
 *
 * A pseudo-terminal is a pair. The slave is a terminal like any other, and is the command's; what
 * is written to the master, the slave's reader gets as if it was typed, and the other way round.
 * The pair is made in the container's own /dev/pts. The master goes to the host side, which passes
 * on what is typed and shown there: relay.h.
 *
 * Source: pty(7), pts(4), TIOCGPTPEER of ioctl_tty(2), TIOCSCTTY likewise, credentials(7).
 * Article 1: ttyFlag. Article 2: Stdin, Stdout, Stderr; config.json: process.terminal, consoleSize.
 */
#ifndef STEPS_CONSOLE_H
#define STEPS_CONSOLE_H

#include <stdbool.h>
#include <sys/ioctl.h>

#include "relay.h"
#include "spawn.h"
#include "userns.h"

struct console {
	bool terminal;	     /* a new terminal is its standard input, output and error */
	bool interactive;    /* our standard input is its; otherwise it reads end-of-file */
	struct winsize size; /* of the new terminal; 0 rows: that of ours, if we have one */
	struct relay relay;
	unsigned int foreign; /* a bit for each standard stream that is a terminal of others */
	bool is_exec;	      /* not the first process's: it is not shown as /dev/console */
	int socket;	      /* its master goes there in the place of the relay; 0: it does not */
};

/*
 * On the host, before child_spawn(): prepares the child to begin a session of its own, and to have
 * its terminal relayed to ours while child_wait() waits.
 *
 * Returns 0, or -1 (`terminal` and `interactive`, but our standard input is no terminal).
 */
int console_prepare(struct console *console, struct child *child);

/*
 * On the host, before child_spawn(), where the container has users of its own: the standard streams
 * that it may have become those of its root, who cannot take them. Returns 0 or -1.
 */
int console_share(const struct console *console, const struct userns *userns);

/*
 * In the container, whose root has been entered, and in a session of its own: makes the terminal,
 * hands its master over, shows it as /dev/console, and puts it in the place of the standard
 * streams, as the controlling terminal. It belongs to the user `owner` then. If none is wanted,
 * puts /dev/null in the place of standard input, unless `interactive`; and the streams that are
 * pipes become the user's, for /dev/stdout is opened anew: a terminal, too, if nobody else uses it.
 *
 * To be called before the user changes. Returns 0 or -1.
 */
int console_open(const struct console *console, const struct child *child, uid_t owner);

#endif
