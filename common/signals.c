#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int job_control[] = { SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU };

/*
 * Adds those of `forwarded` that this process does not ignore. An ignored signal does not end it.
 */
static void add_ending(sigset_t *set)
{
	struct sigaction action;

	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		if (sigaction(forwarded[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(set, forwarded[i]);
}

void signals_watched(sigset_t *watched)
{
	sigemptyset(watched);
	for (size_t i = 0; i < sizeof(job_control) / sizeof(job_control[0]); i++)
		sigaddset(watched, job_control[i]);
	add_ending(watched);
}

int signals_open_ending(void)
{
	sigset_t ending;
	int fd;

	sigemptyset(&ending);
	add_ending(&ending);
	fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fail("signalfd") : fd;
}

void signals_block(sigset_t *before)
{
	sigset_t watched;

	/* If SIGCHLD stayed ignored, the kernel would reap the child before this process does. */
	signal(SIGCHLD, SIG_DFL);
	signals_watched(&watched);
	sigprocmask(SIG_BLOCK, &watched, before);
}

void signals_reset(void)
{
	/*
	 * Make the system call directly. libc's function refuses the two real-time signals that
	 * libc itself uses.
	 */
	static const unsigned long by_default[4] = { 0 };
	sigset_t none;

	for (int signal = 1; signal < NSIG; signal++)
		syscall(SYS_rt_sigaction, signal, by_default, NULL, (NSIG - 1) / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* While a process is in sigwaitinfo(2), the signals that it awaits are missing in SigBlk. */
static bool waits_for_signals(pid_t pid)
{
	char path[64];
	autofree char *call = NULL;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	call = file_read(path);
	return call && atoi(call) == SYS_rt_sigtimedwait;
}

bool signals_expected(pid_t pid, int signal)
{
	static const char *const masks[] = { "\nSigCgt:", "\nSigIgn:", "\nSigBlk:" };
	char path[64];
	autofree char *status = NULL;

	if (waits_for_signals(pid))
		return true;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = file_read(path);
	for (size_t i = 0; status && i < sizeof(masks) / sizeof(masks[0]); i++) {
		const char *mask = strstr(status, masks[i]);

		if (mask && strtoull(mask + strlen(masks[i]), NULL, 16) >> (signal - 1) & 1)
			return true;
	}
	return !status || waits_for_signals(pid);
}
