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
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != command)
			continue;
		if (WIFSTOPPED(status))
			kill(command, SIGCONT); /* nobody in here could say `fg` */
		else
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
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
	sigset_t early;

	sigpending(&early);	     /* sent before the fork: the command has not got them */
	close_range(0, UINT_MAX, 0); /* nothing of the host stays in /proc/1/fd */
	for (;;) {
		if (sigwaitinfo(all, &info) < 0)
			continue;
		if (info.si_signo == SIGCHLD)
			reap(command);
		else if (is_to_pass_to_group(&info))
			kill(0, info.si_signo);
		else if (!is_for_group(&info) || sigismember(&early, info.si_signo))
			kill(command, info.si_signo);
		sigdelset(&early, info.si_signo);
	}
}

int init_exec(const struct init *init, const struct command *command)
{
	sigset_t all, callers;
	pid_t pid;

	if (!init->wanted)
		return command_exec(command);
	narrate("fork: PID 1 stays as init");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &callers);
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid > 0)
		run_as_init(pid, &all);
	sigprocmask(SIG_SETMASK, &callers, NULL);
	return command_exec(command);
}
