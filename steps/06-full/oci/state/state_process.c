/* Chapter 6: which process is the container's first, among all that get its number (state.h). */
#include <errno.h>
#include <sys/pidfd.h>

#include "cleanup.h"
#include "fail.h"
#include "process_stat.h"
#include "state.h"

/*
 * Sets the time that the process was started at. Returns 1 if it runs: a zombie does not, and
 * neither does a PID 1 that waits for the rest of its namespace to go; 0; or -1.
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
	int opened = pidfd;

	if (pidfd < 0 && state->pid > 0 && errno != ESRCH && errno != EINVAL)
		return fail("pidfd_open of process %d of %s", state->pid, state->id);
	/* After it was opened: now nobody else can get the number. */
	if (pidfd < 0 || state_is_alive(state) <= 0)
		return -1;
	pidfd = -1;
	return opened;
}
