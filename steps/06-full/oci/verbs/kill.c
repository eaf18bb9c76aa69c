#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "cleanup.h"
#include "fail.h"
#include "processes.h"
#include "signal_name.h"
#include "state.h"
#include "verbs.h"

/*
 * With --all, a container that has ended is no error: the caller wants no process to be left. But
 * if the cgroup's path belongs to another cgroup by now (ESTALE), nothing is known of its
 * processes.
 */
static int kill_all(struct state *state, int signal, bool tolerant)
{
	if (processes_signal(state, signal) == 0)
		return 0;
	if (!tolerant || state->status != STATUS_STOPPED || errno == ESTALE)
		return -1;
	fail_forget();
	return 0;
}

static int kill_container(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	bool all = false, to_all;
	const struct verb_option options[] = {
		{ "all", 'a', NULL, VALUE_NONE, &all, "Signal all processes of the container" },
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 2);
	autofd int pidfd = -1;
	int signal;

	if (!operands)
		return -1;
	signal = signal_name_read(operands[1] ? operands[1] : "TERM");
	if (signal < 0)
		return fail_input("kill: there is no signal %s", operands[1]);
	if (state_open(&state, runtime->root, operands[0], false) != 0)
		return -1;
	/* The kernel ends all processes of a PID namespace with the first one. */
	to_all = all || (signal == SIGKILL && state.shares_pids);
	if (to_all && !all && !*state.cgroup) {
		fail_warn(
			"kill: only the first process of %s is killed: it has no cgroup, by which "
			"the others could be known",
			state.id);
		to_all = false;
	}
	if (to_all)
		return kill_all(&state, signal, all);
	if (state_require(&state, ~(1U << STATUS_STOPPED), "kill") < 0)
		return -1;
	pidfd = state_open_process(&state);
	if (pidfd < 0)
		return fail_input("cannot kill: container not running");
	if (signal == SIGKILL && state_find_cgroup(&state) < 0) /* the process is still in it */
		fail_forget();
	if (pidfd_send_signal(pidfd, signal, NULL, 0) < 0)
		return fail("pidfd_send_signal");
	if (signal == SIGKILL)
		processes_kill_frozen(&state);
	return 0;
}

const struct verb verb_kill = {
	"kill", "ID [SIGNAL]", "Send a signal (default: TERM) to the command", 1, kill_container,
};
