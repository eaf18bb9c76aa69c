#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "format.h"
#include "output.h"
#include "progress.h"
#include "sweep.h"

static const struct timespec often = { .tv_nsec = 200000000 };

static void choose_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGQUIT);
	sigaddset(signals, SIGCHLD);
}

static void show(const char *what)
{
	char size[FORMAT_SIZE];

	if (!progress_bytes())
		return;
	format_bytes(progress_bytes(), size);
	fprintf(stderr, "\r%s: %s\033[K", what, size);
}

static void clear(void)
{
	if (progress_bytes())
		fprintf(stderr, "\r\033[K");
}

/* Removes what the child has begun. */
static void clean(const struct store *store, const char *output)
{
	autofree char *aside = output_aside(output);

	if (sweep_leftovers(store) < 0)
		fail_report();
	if (aside)
		unlink(aside);
}

static _Noreturn void wait_for(pid_t child, const struct store *store, const char *what,
			       const char *output)
{
	int signal = 0, status;
	sigset_t signals;

	choose_signals(&signals);
	while (waitpid(child, &status, signal ? 0 : WNOHANG) == 0) {
		signal = sigtimedwait(&signals, NULL, &often);
		if (signal == SIGCHLD || signal < 0)
			signal = 0;
		if (signal)
			kill(child, SIGKILL);
		show(what);
	}
	clear();
	if (!signal && WIFSIGNALED(status))
		signal = WTERMSIG(status); /* Ctrl-C at a terminal reaches both */
	if (!signal)
		exit(WEXITSTATUS(status));
	clean(store, output);
	if (signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS)
		fprintf(stderr, "%s: the program has a fault: SIG%s\n",
			program_invocation_short_name, sigabbrev_np(signal));
	exit(128 + signal);
}

int guard_open(const char *path, struct store *store, const char *what, const char *output)
{
	sigset_t signals, before;
	pid_t parent, child;

	if (engine_open(path, store) < 0)
		return -1;
	if (what && isatty(STDERR_FILENO) && progress_begin() < 0)
		return -1;
	choose_signals(&signals);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &signals, &before);
	parent = getpid();
	child = fork();
	if (child < 0)
		return fail("fork");
	if (child > 0)
		wait_for(child, store, what, output);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl PR_SET_PDEATHSIG");
	store->guard = parent;
	return getppid() == parent ? 0 : fail_input("the process that waits has died");
}
