#include "console_options.h"

#include "console.h"

static const struct argp_option options[] = {
	{ "tty", 't', NULL, 0, "Give the command a terminal of its own", 0 },
	{ "interactive", 'i', NULL, 0, "Let the command read standard input", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct console *console = state->input;

	(void)argument;
	switch (key) {
	case 't':
		console->terminal = true;
		return 0;
	case 'i':
		console->interactive = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group console_options = {
	.title = "Terminal (chapter 6):",
	.options = options,
	.parse = parse,
};
