/*
 * The command to run: the operands of a step's command line.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>

/* The PATH of a command for which neither the user nor the configuration names one. */
#define COMMAND_DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct command {
	char **argv;	     /* ends with NULL; argv is NULL: /bin/sh */
	char **environment;  /* ends with NULL; environment is NULL: the step's own */
	char **asked;	     /* of the environment, the variables of --env; ends with NULL */
	bool home_asked;     /* the user or the configuration asked for HOME */
	const char *workdir; /* NULL: command_exec() does not change it */
};

/* True if the text is "NAME=VALUE", with a name of one character at least. */
bool command_is_variable(const char *text);

/*
 * Adds `variable`, "NAME=VALUE", to the environment, or replaces the variable of that name by it.
 * The text is not copied. Returns 0 or -1.
 */
int command_set_variable(struct command *command, char *variable);

/*
 * Removes from an environment (which may be NULL) each variable that is set again further on in it.
 * Returns 0 or -1.
 */
int command_keep_last(char **environment);

/* True if the environment has a HOME that the user asked for; an empty HOME counts as none. */
bool command_has_home(const struct command *command);

/*
 * Executes the command in the place of this process. The command is looked up in the PATH of its
 * own environment.
 *
 * Returns only on failure: -1, with the status STATUS_NOT_FOUND (ENOENT) or STATUS_NOT_EXECUTABLE.
 * Source: execve(2), execvp(3).
 */
int command_exec(const struct command *command);

#endif
