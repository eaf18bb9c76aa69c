#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "cleanup.h"
#include "file.h"

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int job_control[] = { SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU };

void signals_watched(sigset_t *watched)
{
	struct sigaction action;

	sigemptyset(watched);
	for (size_t i = 0; i < sizeof(job_control) / sizeof(job_control[0]); i++)
		sigaddset(watched, job_control[i]);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		if (sigaction(forwarded[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(watched, forwarded[i]);
}

void signals_block(sigset_t *before)
{
	sigset_t watched;

	/* A caller that ignores SIGCHLD would have the kernel reap our child before we do. */
	signal(SIGCHLD, SIG_DFL);
	signals_watched(&watched);
	sigprocmask(SIG_BLOCK, &watched, before);
}

/* As in sigwaitinfo(2): what it waits for is missing in SigBlk as long as it does. */
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
