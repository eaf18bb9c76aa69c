/*
 * The controlling terminal, lent to the command for as long as it runs: the terminal itself, or,
 * to a command that has a terminal of its own, the keys that are typed at ours.
 *
 * Only one process group at a time is the terminal's foreground: it alone may read, and Ctrl-C and
 * Ctrl-Z go to it. A shell in a container needs to be that group ("can't access tty; job control
 * turned off" is what it says otherwise).
 *
 * Source: credentials(7), tcsetpgrp(3), termios(3), "Raw mode".
 */
#ifndef COMMON_TERMINAL_H
#define COMMON_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;		       /* /dev/tty, or -1 when it is not ours to lend */
	bool keys;	       /* not it, but its keys are lent: it is raw, and we pass them on */
	bool lent;	       /* the command has it now */
	struct termios before; /* its settings when we got it */
};

/*
 * Opens the controlling terminal if there is one, our process group is in its foreground, and our
 * output goes to a terminal: in `step-01 cmd | less`, less is in our group, and needs it. Otherwise
 * terminal->fd is -1, and the other functions do nothing.
 */
void terminal_open(struct terminal *terminal);

/*
 * Opens the terminal that is our standard input, so that its keys can be lent; -1 if it is none.
 * In the background, the kernel stops us here until somebody says `fg`.
 */
void terminal_open_keys(struct terminal *terminal);

/*
 * Makes `group` the foreground process group, if ours is it now; or makes the terminal raw: then
 * each key comes to us as it is, Ctrl-C too. For that, too, we are stopped in the background.
 */
void terminal_lend(struct terminal *terminal, pid_t group);

/* Undoes that, if it was lent. SIGTTOU must be blocked. */
void terminal_take_back(struct terminal *terminal);

/* Takes the terminal back for good, if it was lent with its settings as they were; closes it. */
void terminal_close(struct terminal *terminal);

#endif
