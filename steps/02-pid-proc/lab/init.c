#include "init.h"

#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

/*
 * Waits for every child that has ended or stopped. When the command has ended, the init ends with
 * its status; then the kernel ends all other processes of the namespace.
 */
static void reap(pid_t command)
{
	/*
	 * TODO 7: wait for all children that there is something to tell of, and for none that there
	 * is not: one SIGCHLD may stand for many. When the command has ended, the init ends with
	 * the command's exit status, or with 128+n after signal n. When the command has stopped,
	 * let it go on: nobody in here could say `fg`. waitpid(2), _exit(2). Until then the init
	 * looks at the command alone, and forgets its status.
	 */
	if (waitpid(command, NULL, WNOHANG) == command)
		_exit(STATUS_FAILED);
}

/*
 * True if the whole group, and so the command, has got the signal: from the terminal, or from this
 * init.
 */
static bool is_for_group(const siginfo_t *info)
{
	return info->si_code == SI_KERNEL || info->si_pid == getpid();
}

/* True if the host side passes on a signal that the terminal sent, for the whole group (job.c). */
static bool is_to_pass_to_group(const siginfo_t *info)
{
	return info->si_code == SI_QUEUE && info->si_pid == 0;
}

static _Noreturn void run_as_init(pid_t command, const sigset_t *all)
{
	siginfo_t info;

	/*
	 * TODO 8: ask once, sigpending(2), which signals are `early`: these were sent before the
	 * fork, so the command has not got them. Then wait for the next signal, for ever:
	 * sigwaitinfo(2). For each do one of these:
	 *
	 *   SIGCHLD                     reap()
	 *   is_to_pass_to_group()       send it to our group, which is group 0: kill(2)
	 *   is_for_group(), not early   nothing: the command is in the group and has got it, too
	 *   any other                   send it to the command
	 *
	 * After that the signal is no longer early: sigdelset(3).
	 *
	 * TODO 9: before the first wait, close all descriptors, or a way to the host stays open in
	 * /proc/1/fd: close_range(2), from 0 to UINT_MAX.
	 *
	 * Until then each signal leads to reap().
	 */
	(void)is_for_group;
	(void)is_to_pass_to_group;
	for (;;)
		if (sigwaitinfo(all, &info) > 0)
			reap(command);
}

int init_exec(const struct init *init, const struct command *command)
{
	if (!init->wanted)
		return command_exec(command);
	/*
	 * TODO 6: narrate "fork: PID 1 stays as init", and fork(2): the child becomes the command,
	 * the parent runs as its init. Signals are to wait from before the fork on until the init
	 * takes them one by one, so block all: sigprocmask(2). The child sets the mask back to what
	 * it was before. When fork(2) fails: fail("fork").
	 */
	(void)run_as_init;
	return command_exec(command);
}
