/* Chapter 6: which process is the container's first, among all that get its number (state.h). */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "cleanup.h"
#include "file.h"
#include "state.h"

enum { EXITING = 0x4 }; /* PF_EXITING, of the flags in proc_pid_stat(5) */

/*
 * When it was started, in ticks, and whether it still runs: a zombie does not, and neither does a
 * PID 1 that waits for the rest of its namespace to go. The name of the program, in parentheses,
 * may have anything in it.
 */
static bool read_stat(pid_t pid, uint64_t *start_time)
{
	char path[64], status;
	autofree char *text = NULL;
	const char *rest;
	unsigned int flags;
	unsigned long long ticks;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = pid > 0 ? file_read(path) : NULL;
	rest = text ? strrchr(text, ')') : NULL;
	if (!rest ||
	    sscanf(rest,
		   ") %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%llu",
		   &status, &flags, &ticks) != 3)
		return false;
	*start_time = ticks;
	return status != 'Z' && status != 'X' && !(flags & EXITING);
}

bool state_is_alive(const struct state *state)
{
	uint64_t start_time;

	return read_stat(state->pid, &start_time) && start_time == state->start_time;
}

bool state_set_process(struct state *state, pid_t pid)
{
	state->pid = pid;
	return read_stat(pid, &state->start_time);
}

int state_open_process(const struct state *state)
{
	autofd int pidfd = state->pid > 0 ? pidfd_open(state->pid, 0) : -1;
	int opened = pidfd;

	/* After it was opened: now nobody else can get the number. */
	if (pidfd < 0 || !state_is_alive(state))
		return -1;
	pidfd = -1;
	return opened;
}
