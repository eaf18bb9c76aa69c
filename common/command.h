/*
 * The command to run: what the operands of a step's command line say.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>

struct command {
	char **argv;	     /* ends with NULL; NULL itself: /bin/sh */
	char **environment;  /* ends with NULL; NULL itself: our own */
	bool home_asked;     /* the environment's HOME is one that was asked for */
	const char *workdir; /* NULL: where we are */
};

/*
 * Adds `variable`, "NAME=VALUE", to the environment, or puts it in the place of the one of that
 * name. It is not copied. Returns 0 or -1.
 */
int command_set_variable(struct command *command, char *variable);

/*
 * Executes the command in the place of this process, looked for in the PATH of its environment.
 *
 * Returns only when that failed: -1, with status STATUS_NOT_FOUND (ENOENT) or
 * STATUS_NOT_EXECUTABLE. Source: execve(2), execvp(3).
 */
int command_exec(const struct command *command);

#endif
