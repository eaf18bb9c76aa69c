#include <errno.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>

#include "cgroup_find.h"
#include "cleanup.h"
#include "fail.h"
#include "ids.h"
#include "processes.h"
#include "state.h"
#include "verbs.h"

/* Signals that <signal.h> gives a second name; sigabbrev_np(3) knows only the first. */
static const struct {
	const char *name;
	int signal;
} aliases[] = {
	{ "CLD", SIGCHLD },  { "IOT", SIGABRT },   { "IO", SIGIO },
	{ "POLL", SIGPOLL }, { "UNUSED", SIGSYS },
};

/* Reads what follows "RTMIN" or "RTMAX": nothing, or `sign` and the distance from `base`. */
static int real_time_signal(const char *rest, char sign, int base)
{
	uint32_t distance = 0;

	if (*rest &&
	    (*rest != sign || !ids_read(rest + 1, (uint32_t)(SIGRTMAX - SIGRTMIN), &distance)))
		return -1;
	return sign == '+' ? base + (int)distance : base - (int)distance;
}

/*
 * Reads "9", "KILL", "SIGKILL" or "SIGRTMIN+3". Signal 0 only asks whether the process exists.
 * Returns -1 for an unknown signal.
 */
static int signal_by_name(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint32_t number;

	if (ids_read(text, NSIG - 1, &number))
		return (int)number;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(name, sigabbrev_np(i)) == 0)
			return i;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(name, aliases[i].name) == 0)
			return aliases[i].signal;
	if (strncasecmp(name, "RTMIN", 5) == 0)
		return real_time_signal(name + 5, '+', SIGRTMIN);
	if (strncasecmp(name, "RTMAX", 5) == 0)
		return real_time_signal(name + 5, '-', SIGRTMAX);
	return -1;
}

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
	signal = signal_by_name(operands[1] ? operands[1] : "TERM");
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
	if (pidfd_send_signal(pidfd, signal, NULL, 0) < 0)
		return fail("pidfd_send_signal");
	/* On cgroup v1 a frozen process does not die before it is thawed. */
	if (signal != SIGKILL || state.status != STATUS_PAUSED || !*state.cgroup)
		return 0;
	if (state_find_cgroup(&state) < 0)
		return -1;
	cgroup_find_thaw_killed(state.cgroup, &state.directories);
	return 0;
}

const struct verb verb_kill = {
	"kill", "ID [SIGNAL]", "Send a signal (default: TERM) to the command", 1, kill_container,
};
