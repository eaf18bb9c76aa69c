/*
 * --env and --workdir. A step that lists these options gives its command a new environment: PATH
 * and HOME fit the programs of the new root, and TERM is taken from the caller. The container does
 * not see other variables of the host.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "options.h"

static const struct argp_option options[] = {
	{ "env", 'e', "NAME[=VALUE]", 0, "Set a variable; without a value, the caller's value", 0 },
	{ "workdir", 'w', "DIR", 0, "Start the command in this directory", 0 },
	{ 0 },
};

/* Returns NAME with its value in the caller's environment; NULL: it has none there. */
static char *find_ours(const char *name)
{
	const char *value = getenv(name);
	char *variable;

	return value && asprintf(&variable, "%s=%s", name, value) >= 0 ? variable : NULL;
}

static error_t set_defaults(struct command *command)
{
	static char path[] = "PATH=" COMMAND_DEFAULT_PATH;
	static char home[] = "HOME=/root";
	char *term;

	if (command_set_variable(command, path) < 0 || command_set_variable(command, home) < 0)
		return ENOMEM;
	term = find_ours("TERM");
	return term && command_set_variable(command, term) < 0 ? ENOMEM : 0;
}

static bool is_home(const char *variable)
{
	return strcmp(variable, "HOME") == 0 || strncmp(variable, "HOME=", strlen("HOME=")) == 0;
}

static error_t add_variable(struct command *command, char *text)
{
	struct command asked = { .environment = command->asked };
	char *variable = strchr(text, '=') ? text : find_ours(text);

	if (*text == '=' || !*text) {
		fail_input("--env %s: needs a name", text);
		return EINVAL;
	}
	command->home_asked |= is_home(text);
	if (!variable)
		return 0;
	if (command_set_variable(command, variable) < 0 ||
	    command_set_variable(&asked, variable) < 0)
		return ENOMEM;
	command->asked = asked.environment;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return set_defaults(command);
	case 'e':
		return add_variable(command, argument);
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
