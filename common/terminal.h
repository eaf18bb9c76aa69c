/*
 * Chapter 2: the controlling terminal, which is lent to the command while the command runs. A
 * command that has a terminal of its own (chapter 6) is lent only the keys that are typed at the
 * step's terminal.
 *
 * Only one process group at a time is the terminal's foreground: this group alone may read, and
 * gets Ctrl-C and Ctrl-Z. A shell in a container must be in the foreground, or says "can't access
 * tty; job control turned off".
 *
 * Source: credentials(7), tcsetpgrp(3), termios(3), "Raw mode".
 */
#ifndef COMMON_TERMINAL_H
#define COMMON_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;		/* /dev/tty; -1: there is no terminal to lend */
	bool keys;	/* only the keys are lent: the terminal is raw, the step passes them on */
	bool lent;	/* the command has the terminal now */
	bool on_demand; /* others want the terminal, too: it is lent when the command reads */
	pid_t shell;	/* process group of the shell whose job the step is; 0: not known */
	struct termios before; /* the settings before the terminal was lent */
};

/*
 * Opens the controlling terminal, if there is one and one of the standard streams is a terminal.
 * Returns true then. Otherwise terminal->fd is -1, and the other functions do nothing.
 *
 * The terminal is lent on demand if standard output goes elsewhere (in `step-01 cmd | less`, less
 * is in the step's group and needs the terminal), or if the step's group is not in the foreground.
 */
bool terminal_open(struct terminal *terminal);

/*
 * Opens the terminal that is standard input, to lend its keys. If standard input is no terminal,
 * terminal->fd is -1. In the background, the kernel stops the step here until the shell's `fg`.
 */
void terminal_open_keys(struct terminal *terminal);

/*
 * Makes `group` the foreground process group, if the step's group is in the foreground. To lend the
 * keys, makes the terminal raw: then the step gets each key as it is, also Ctrl-C; in the
 * background, the kernel stops the step. Returns true if the terminal is lent now.
 */
bool terminal_lend(struct terminal *terminal, pid_t group);

/* True if `group` is the foreground process group. */
bool terminal_has(const struct terminal *terminal, pid_t group);

/* Takes the terminal back, if it was lent. SIGTTOU must be blocked. */
void terminal_take_back(struct terminal *terminal);

/*
 * Takes the terminal back, if it was lent, restores its settings, and closes it. After a loan on
 * demand the settings stay: they may be those of a neighbour in a pipeline.
 */
void terminal_close(struct terminal *terminal);

#endif
