/* Chapter 6: a container's first process, and not a later one with the same pid (state.h). */
#include <errno.h>
#include <sys/pidfd.h>

#include "cleanup.h"
#include "fail.h"
#include "process_stat.h"
#include "state.h"

/*
 * Sets the start time of the process. Returns 1 if the process runs, 0 if not, or -1. A zombie does
 * not run, and neither does a PID 1 that waits for the end of its namespace.
 */
static int find_running(pid_t pid, uint64_t *start_time)
{
	struct process_stat stat;
	int gone = process_stat_read(pid, &stat);

	if (gone)
		return gone < 0 ? -1 : 0;
	*start_time = stat.start_time;
	return stat.status != 'Z' && stat.status != 'X' && !(stat.flags & PROCESS_EXITING);
}

int state_is_alive(const struct state *state)
{
	uint64_t start_time;
	int runs = find_running(state->pid, &start_time);

	return runs > 0 ? start_time == state->start_time : runs;
}

int state_set_process(struct state *state, pid_t pid)
{
	int runs = find_running(pid, &state->start_time);

	state->pid = pid;
	return runs < 0 ? -1 : !runs;
}

int state_open_process(const struct state *state)
{
	autofd int pidfd = state->pid > 0 ? pidfd_open(state->pid, 0) : -1;

	if (pidfd < 0 && state->pid > 0 && errno != ESRCH && errno != EINVAL)
		return fail("pidfd_open of process %d of %s", state->pid, state->id);
	/* Check this now: if the pid still belongs to the right process, so does the pidfd. */
	if (pidfd < 0 || state_is_alive(state) <= 0)
		return -1;
	return cleanup_take_fd(&pidfd);
}
