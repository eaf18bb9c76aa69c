/* pause and resume. */
#include "cgroup_path.h"
#include "state.h"
#include "verbs.h"

static int open_container(const struct runtime *runtime, const struct verb *verb, char **words,
			  unsigned int status, struct state *state, struct cgroup *cgroup)
{
	const struct verb_option options[] = { { NULL, VALUE_NONE, NULL, NULL } };
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	if (state_open(state, runtime->root, operands[0], true) != 0)
		return -1;
	if (state_require(state, status, verb->name) < 0)
		return -1;
	return cgroup_path_open(cgroup, state->cgroup);
}

/*
 * Whatever kills us between the two, the container is never frozen with a state that says that it
 * runs: nobody would resume it.
 */
static int pause_container(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (open_container(runtime, verb, words, 1 << STATUS_RUNNING, &state, cgroup) < 0)
		return -1;
	state.status = STATUS_PAUSED;
	if (state_save(&state) < 0)
		return -1;
	if (cgroup_freeze(cgroup) == 0)
		return 0;
	state.status = STATUS_RUNNING;
	state_save(&state);
	return -1;
}

static int resume(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (open_container(runtime, verb, words, 1 << STATUS_PAUSED, &state, cgroup) < 0)
		return -1;
	if (cgroup_thaw(cgroup) < 0)
		return -1;
	state.status = STATUS_RUNNING;
	return state_save(&state);
}

const struct verb verb_pause = {
	"pause", "ID", "Stop all processes of a container where they are", 1, pause_container,
};
const struct verb verb_resume = {
	"resume", "ID", "Let them go on", 1, resume,
};
