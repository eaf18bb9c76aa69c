/*
 * Chapter 6: the command's standard streams, and a terminal of its own for them.
 *
 * A pseudo-terminal is a pair. The slave is a terminal like any other, and belongs to the command.
 * Text that is written to the master is read from the slave, as if it was typed; text that is
 * written to the slave is read from the master. The pair is made in the container's own /dev/pts.
 * The master goes to the host side, which passes on what is typed and shown there: relay.h.
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
	bool terminal;	     /* a new terminal is the command's standard input, output and error */
	bool interactive;    /* the command reads the runtime's standard input; or end-of-file */
	struct winsize size; /* of the new terminal; 0 rows: the size of the runtime's */
	struct relay relay;
	unsigned int foreign; /* a bit for each standard stream that is somebody else's terminal */
	bool is_exec;	      /* an exec, whose terminal is not shown as /dev/console */
	int socket;	      /* the master goes to this socket; 0: it goes to the relay */
};

/*
 * On the host, before child_spawn(): prepares the child to begin a session of its own, and its
 * terminal to be relayed to the runtime's while child_wait() waits.
 *
 * Returns 0, or -1 (`terminal` and `interactive`, but the runtime's standard input is no terminal).
 */
int console_prepare(struct console *console, struct child *child);

/*
 * On the host, before child_spawn(), if the container has users of its own: makes the container's
 * root the owner of the standard streams that may change their owner. Root inside has no right to
 * do so. Returns 0 or -1.
 */
int console_share(const struct console *console, const struct userns *userns);

/*
 * In the container, after its root was entered, and in a session of its own. With `terminal`: makes
 * the terminal, hands its master over, shows the terminal as /dev/console unless `is_exec`, and
 * makes it the standard streams and the controlling terminal. The terminal then belongs to the user
 * `owner`. Without `terminal`: puts /dev/null in the place of standard input, unless `interactive`.
 * Streams that are pipes, or a terminal that nobody else uses, then belong to `owner`, so that the
 * command can open /dev/stdout again.
 *
 * To be called before the user changes. Returns 0 or -1.
 */
int console_open(const struct console *console, const struct child *child, uid_t owner);

#endif
