/*
 * --env and --workdir. A step that lists these options gives its command an environment of its
 * own; of ours, only TERM goes in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "options.h"

static const struct argp_option options[] = {
	{ "env", 'e', "NAME[=VALUE]", 0, "Set a variable; without a value, take ours", 0 },
	{ "workdir", 'w', "DIR", 0, "Start the command in this directory", 0 },
	{ 0 },
};

/* Adds "NAME=VALUE", or puts it in the place of another value of NAME. */
static error_t set_variable(struct command *command, char *variable)
{
	size_t name = strcspn(variable, "=") + 1;
	size_t count = 0;
	char **grown;

	for (; command->environment && command->environment[count]; count++) {
		if (strncmp(command->environment[count], variable, name) == 0) {
			command->environment[count] = variable;
			return 0;
		}
	}
	grown = reallocarray(command->environment, count + 2, sizeof(*grown));
	if (!grown) {
		fail("reallocarray");
		return ENOMEM;
	}
	grown[count] = variable;
	grown[count + 1] = NULL;
	command->environment = grown;
	return 0;
}

/* Adds NAME with the value that it has for us; nothing when it has none. */
static error_t set_from_ours(struct command *command, const char *name)
{
	const char *value = getenv(name);
	char *variable;

	if (!value)
		return 0;
	if (asprintf(&variable, "%s=%s", name, value) < 0) {
		fail("asprintf");
		return ENOMEM;
	}
	return set_variable(command, variable);
}

static error_t set_defaults(struct command *command)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	static char home[] = "HOME=/root";

	return set_variable(command, path) || set_variable(command, home)
		? ENOMEM
		: set_from_ours(command, "TERM");
}

static bool is_home(const char *variable)
{
	return strcmp(variable, "HOME") == 0 || strncmp(variable, "HOME=", strlen("HOME=")) == 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return set_defaults(command);
	case 'e':
		if (*argument == '=' || !*argument) {
			fail_input("--env %s: needs a name", argument);
			return EINVAL;
		}
		command->home_asked |= is_home(argument);
		return strchr(argument, '=') ? set_variable(command, argument)
					     : set_from_ours(command, argument);
	case 'w':
		if (*argument != '/') {
			fail_input("--workdir %s: must begin with /", argument);
			return EINVAL;
		}
		command->workdir = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group command_options = {
	.title = "The command's surroundings:",
	.options = options,
	.parse = parse,
};
