#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "processes.h"
#include "state.h"
#include "verbs.h"

/* "9", "KILL", "SIGKILL", "SIGRTMIN+3"; 0 asks whether it is there. Returns -1: no signal. */
static int signal_by_name(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	char *end;
	long number = strtol(text, &end, 10);

	if (end != text && !*end)
		return number >= 0 && number < NSIG ? (int)number : -1;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(name, sigabbrev_np(i)) == 0)
			return i;
	if (strncasecmp(name, "RTMIN", 5) == 0)
		number = SIGRTMIN + strtol(name + 5, &end, 10);
	else if (strncasecmp(name, "RTMAX", 5) == 0)
		number = SIGRTMAX + strtol(name + 5, &end, 10);
	else
		return -1;
	return !*end && number >= SIGRTMIN && number <= SIGRTMAX ? (int)number : -1;
}

static int kill_container(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	bool all = false;
	const struct verb_option options[] = {
		{ "all a", VALUE_NONE, &all, "signal all processes of the container" },
		{ NULL, VALUE_NONE, NULL, NULL },
	};
	char **operands = verb_read(verb, options, words, 1, 2);
	autofd int pidfd = -1;
	int signal;

	if (!operands)
		return -1;
	signal = signal_by_name(operands[1] ? operands[1] : "TERM");
	if (signal < 0)
		return fail_input("kill: there is no signal %s", operands[1]);
	if (state_open(&state, runtime->root, operands[0], false) != 0)
		return -1;
	if (all)
		return processes_signal(&state, signal);
	if (state_require(&state, ~(1U << STATUS_STOPPED), "kill") < 0)
		return -1;
	pidfd = state_open_process(&state);
	if (pidfd < 0)
		return fail_input("cannot kill: container not running");
	if (pidfd_send_signal(pidfd, signal, NULL, 0) < 0)
		return fail("pidfd_send_signal");
	/* A frozen process gets it, and dies of it, when it is thawed: on v1 that is for us to do.
	 */
	if (signal == SIGKILL && state.status == STATUS_PAUSED)
		return cgroup_path_signal(state.cgroup, SIGKILL);
	return 0;
}

const struct verb verb_kill = {
	"kill", "ID [SIGNAL]", "Send a signal (default: TERM) to the command", 1, kill_container,
};
