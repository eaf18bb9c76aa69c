#include "container_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "signal_name.h"

enum {
	KEY_STORE = 0x900,
	KEY_NAME,
	KEY_ENTRYPOINT,
	KEY_CIDFILE,
	KEY_LABEL,
	KEY_ENV_FILE,
	KEY_PULL,
	KEY_REMOVE,
	KEY_STOP_SIGNAL,
};

static const struct argp_option options[] = {
	{ "rm", KEY_REMOVE, NULL, 0, "Remove the container when it ends", 0 },
	{ "name", KEY_NAME, "NAME", 0, "Name of the container", 0 },
	{ "entrypoint", KEY_ENTRYPOINT, "COMMAND", 0, "Instead of the image's entry point", 0 },
	{ "env-file", KEY_ENV_FILE, "FILE", 0, "Set the variables in the lines of a file", 0 },
	{ "label", 'l', "KEY[=VALUE]", 0, "Note this in the container's record", 0 },
	{ "cidfile", KEY_CIDFILE, "FILE", 0, "Write the container's ID to a new file", 0 },
	{ "pull", KEY_PULL, "WHEN", 0, "Pull the image: missing (default), always or never", 0 },
	{ "stop-signal", KEY_STOP_SIGNAL, "SIGNAL", 0, "Signal that `stop` sends (TERM)", 0 },
	{ "store", KEY_STORE, "DIR", 0, "Where images and containers are (STEP_STORE)", 0 },
	{ 0 },
};

static error_t set_pull(struct container_options *chosen, const char *text)
{
	static const char *const names[] = {
		[PULL_MISSING] = "missing",
		[PULL_ALWAYS] = "always",
		[PULL_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		chosen->pull = (enum pull)i;
		if (strcmp(text, names[i]) == 0)
			return 0;
	}
	return options_refuse("pull", text, "must be missing, always or never");
}

static error_t add_label(struct container_options *chosen, const char *text)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : "";

	if (!length)
		return options_refuse("label", text, "must be KEY or KEY=VALUE");
	if (!chosen->labels)
		chosen->labels = json_object();
	if (json_object_setn_new(chosen->labels, text, length, json_string(value)) < 0)
		return options_refuse("label", text, "must be UTF-8");
	return 0;
}

static error_t set_stop_signal(struct container_options *chosen, const char *text)
{
	if (signal_name_read(text) <= 0)
		return options_refuse("stop-signal", text, "must be a signal, as TERM or 15");
	chosen->stop_signal = text;
	return 0;
}

/* A line is NAME=VALUE, or NAME for the caller's value; "#" begins a comment. */
static error_t add_line(struct container_options *chosen, const char *path, char *line)
{
	const char *name = line + strspn(line, " \t"), *value;
	char *variable;

	if (!*name || *name == '#')
		return 0;
	if (*name == '=') {
		fail_input("--env-file %s: a line without a name: %s", path, name);
		return EINVAL;
	}
	value = strchr(name, '=') ? "" : getenv(name);
	if (!value)
		return 0;
	if (asprintf(&variable, "%s%s%s", name, strchr(name, '=') ? "" : "=", value) < 0)
		return ENOMEM;
	return command_set_variable(&chosen->environment, variable) < 0 ? ENOMEM : 0;
}

static error_t add_file(struct container_options *chosen, const char *path)
{
	autofile FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	size_t size = 0;
	error_t error = 0;

	if (!file) {
		fail("open %s", path);
		return EINVAL;
	}
	while (!error && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		error = add_line(chosen, path, line);
	}
	return error;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct container_options *chosen = state->input;

	switch (key) {
	case KEY_REMOVE:
		chosen->remove = true;
		return 0;
	case KEY_NAME:
		chosen->name = argument;
		return 0;
	case KEY_ENTRYPOINT:
		chosen->entrypoint = argument;
		return 0;
	case KEY_ENV_FILE:
		return chosen->again ? 0 : add_file(chosen, argument);
	case 'l':
		return add_label(chosen, argument);
	case KEY_CIDFILE:
		chosen->cidfile = argument;
		return 0;
	case KEY_PULL:
		return set_pull(chosen, argument);
	case KEY_STOP_SIGNAL:
		return set_stop_signal(chosen, argument);
	case KEY_STORE:
		chosen->store = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group container_options = {
	.title = "Image and container (engine):",
	.options = options,
	.parse = parse,
};
