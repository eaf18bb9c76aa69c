#include "lifecycle.h"
#include "verbs.h"

static int start(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	const struct verb_option options[] = { { 0 } };
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	if (state_open(&state, runtime->root, operands[0], true) != 0)
		return -1;
	return lifecycle_start(&state);
}

const struct verb verb_start = {
	"start", "ID", "Let the command of a created container go", 1, start,
};
