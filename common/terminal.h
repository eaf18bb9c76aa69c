/*
 * The controlling terminal, lent to the command for as long as it runs.
 *
 * Only one process group at a time is the terminal's foreground: it alone may read, and Ctrl-C and
 * Ctrl-Z go to it. A shell in a container needs to be that group ("can't access tty; job control
 * turned off" is what it says otherwise).
 *
 * Source: credentials(7), tcsetpgrp(3), termios(3).
 */
#ifndef COMMON_TERMINAL_H
#define COMMON_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;		       /* /dev/tty, or -1 when it is not ours to lend */
	bool lent;	       /* the command's group has it now */
	struct termios before; /* its settings when we got it */
};

/*
 * Opens the controlling terminal if there is one, our process group is in its foreground, and our
 * output goes to a terminal: in `step-01 cmd | less`, less is in our group, and needs it. Otherwise
 * terminal->fd is -1, and the other functions do nothing.
 */
void terminal_open(struct terminal *terminal);

/* Makes `group` the foreground process group, if ours is it now. */
void terminal_lend(struct terminal *terminal, pid_t group);

/* Makes our own process group the foreground again, if it was lent. SIGTTOU must be blocked. */
void terminal_take_back(struct terminal *terminal);

/* Takes the terminal back for good, if it was lent with its settings as they were; closes it. */
void terminal_close(struct terminal *terminal);

#endif
