#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "narrate.h"
#include "nearest.h"

enum { PARTS_MAX = 15, KEY_VERBOSE = 0x100 };

struct parsing {
	const struct options_part *parts;
	struct command *command;
};

static const struct argp_option general[] = {
	{ "verbose", KEY_VERBOSE, NULL, 0, "Tell each kernel operation on stderr", -2 },
	{ 0 },
};

/* The options that argp adds by itself. */
static const struct argp_option built_in[] = {
	{ "help", '?', NULL, 0, NULL, 0 },
	{ "usage", -1, NULL, 0, NULL, 0 },
	{ 0 },
};

static error_t parse_general(int key, char *argument, struct argp_state *state)
{
	struct parsing *parsing = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; parsing->parts[i].group; i++)
			state->child_inputs[i] = parsing->parts[i].fills;
		return 0;
	case KEY_VERBOSE:
		narrate_start();
		return 0;
	case ARGP_KEY_ARGS:
		parsing->command->argv = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/*
 * True if `word` names the option: "name" or "name=value" of a long option, or a word that begins
 * with the letter of a short one.
 */
static bool is_named(const struct argp_option *option, const char *word, bool is_long)
{
	size_t length = strcspn(word, "=");

	if (!is_long)
		return option->key == *word;
	return option->name && strlen(option->name) == length &&
		strncmp(option->name, word, length) == 0;
}

static const struct argp_option *find(const struct argp_option *options, const char *word,
				      bool is_long)
{
	for (; options->name || options->key; options++)
		if (is_named(options, word, is_long))
			return options;
	return NULL;
}

static const struct argp_option *find_in_all(const struct options_part *parts, const char *word,
					     bool is_long)
{
	const struct argp_option *found = find(general, word, is_long);

	for (size_t i = 0; !found && parts[i].group; i++)
		found = find(parts[i].group->options, word, is_long);
	return found ? found : find(built_in, word, is_long);
}

static void offer(struct nearest *nearest, const struct argp_option *options)
{
	for (; options->name || options->key; options++)
		if (options->name)
			nearest_offer(nearest, options->name);
}

static int refuse_unknown(const struct options_part *parts, const char *option, const char *word,
			  bool is_long)
{
	struct nearest nearest;

	nearest_begin(&nearest, is_long ? word : "");
	offer(&nearest, general);
	offer(&nearest, built_in);
	for (; parts->group; parts++)
		offer(&nearest, parts->group->options);
	if (nearest.name)
		return fail_input("%s: unknown option; do you mean --%s?", option, nearest.name);
	return fail_input("%s: unknown option; --help lists them", option);
}

/*
 * Checks the names of the options, and that a value is where one is needed. argp would take
 * "--host" for "--hostname", and its messages have three lines.
 */
static int check_names(char **argv, const struct options_part *parts)
{
	for (char **next = argv + 1; *next && **next == '-' && strcmp(*next, "-") != 0; next++) {
		const char *option = *next;
		bool is_long = option[1] == '-';
		const char *word = option + 1 + is_long;
		const struct argp_option *found = NULL;

		if (strcmp(option, "--") == 0)
			break;
		/* A long option needs one round, "-it" one for each letter. */
		do {
			found = find_in_all(parts, word, is_long);
			if (!found)
				return refuse_unknown(parts, option, word, is_long);
			word += is_long ? strlen(word) : 1;
		} while (*word && !found->arg);
		if (is_long && !found->arg && strchr(option, '='))
			return fail_input("%s: --%s takes no value", option, found->name);
		if (found->arg && (is_long ? !strchr(option, '=') : !*word) && !*++next)
			return fail_input("%s: needs a value, %s", option, found->arg);
	}
	return 0;
}

int options_parse(int argc, char **argv, const char *about, const struct options_part *parts,
		  struct command *command)
{
	struct parsing parsing = { .parts = parts, .command = command };
	struct argp parsers[PARTS_MAX] = { 0 };
	struct argp_child children[PARTS_MAX + 1] = { 0 };
	const struct argp argp = {
		.options = general,
		.parser = parse_general,
		.args_doc = "[COMMAND [ARG...]]",
		.doc = about,
		.children = children,
	};
	error_t error;

	if (check_names(argv, parts) < 0)
		return -1;
	for (int i = 0; i < PARTS_MAX && parts[i].group; i++) {
		parsers[i].options = parts[i].group->options;
		parsers[i].parser = parts[i].group->parse;
		children[i].argp = &parsers[i];
		children[i].header = parts[i].group->title;
		children[i].group = i;
	}
	argp_err_exit_status = STATUS_FAILED;
	error = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &parsing);
	if (error && !fail_get()->text[0])
		return fail_input("command line: %s", strerror(error));
	return error ? -1 : 0;
}

error_t options_refuse(const char *option, const char *value, const char *rule)
{
	fail_input("--%s %s: %s", option, value, rule);
	return EINVAL;
}

bool options_read_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return (*text == '-' || (*text >= '0' && *text <= '9')) && !*end && !errno &&
		*number >= least && *number <= most;
}
