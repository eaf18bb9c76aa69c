/* pause and resume. */
#include "cgroup_find.h"
#include "cgroup_path.h"
#include "fail.h"
#include "freeze.h"
#include "state.h"
#include "verbs.h"

static int open_container(const struct runtime *runtime, const struct verb *verb, char **words,
			  unsigned int status, struct state *state, struct cgroup *cgroup)
{
	const struct verb_option options[] = { { 0 } };
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	if (state_open(state, runtime->root, operands[0], true) != 0)
		return -1;
	if (state_require(state, status, verb->name) < 0)
		return -1;
	if (state_find_cgroup(state) < 0)
		return -1;
	return cgroup_path_open(cgroup, state->cgroup, &state->directories);
}

static int pause_container(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	struct failure failure;

	if (open_container(runtime, verb, words, 1 << STATUS_RUNNING, &state, cgroup) < 0)
		return -1;
	if (cgroup_freeze(cgroup) == 0)
		return 0;
	failure = *fail_get();
	cgroup_thaw(cgroup); /* some cgroups may be frozen by now */
	fail_forget();
	return fail_set(&failure);
}

static int resume(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (open_container(runtime, verb, words, 1 << STATUS_PAUSED, &state, cgroup) < 0)
		return -1;
	if (cgroup_thaw(cgroup) == 0)
		return 0;
	if (!cgroup_is_frozen(cgroup))
		return -1;
	fail_forget();
	return fail_input("cannot resume: a cgroup above that of %s is frozen", state.id);
}

const struct verb verb_pause = {
	"pause", "ID", "Stop all processes of a container where they are", 1, pause_container,
};
const struct verb verb_resume = {
	"resume", "ID", "Let a paused container go on", 1, resume,
};
