#include <stdio.h>

#include "cleanup.h"
#include "fail.h"
#include "state.h"
#include "verbs.h"

static int print(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	const struct verb_option options[] = { { 0 } };
	char **operands = verb_read(verb, options, words, 1, 1);
	autofree char *text = NULL;

	if (!operands)
		return -1;
	if (state_open(&state, runtime->root, operands[0], false) != 0)
		return -1;
	text = state_text(&state, JSON_INDENT(2));
	if (!text)
		return fail_input("state of %s: no memory", state.id);
	return puts(text) < 0 || fflush(stdout) < 0 ? fail("write the state") : 0;
}

const struct verb verb_state = {
	"state", "ID", "Print the state of a container as JSON", 1, print,
};
