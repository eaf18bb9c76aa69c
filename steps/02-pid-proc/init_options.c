#include "init_options.h"

#include "init.h"

enum { KEY_INIT = 0x300 };

static const struct argp_option options[] = {
	{ "init", KEY_INIT, NULL, 0, "Run a small init as PID 1, and the command below it", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct init *init = state->input;

	(void)argument;
	if (key != KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	init->wanted = true;
	return 0;
}

const struct options_group init_options = {
	.title = "Processes (chapter 2):",
	.options = options,
	.parse = parse,
};
