#include "execution.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executable.h"

int execution_watch(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXEC) == 0)
		return 0;
	return errno == EPERM && executable_status(pid, "TracerPid") == getpid() ? 0 : -1;
}

/* Lets a process go on that has stopped for another reason, as it would untraced. */
static void go_on(pid_t pid, int status)
{
	int sig = WSTOPSIG(status);

	if (status >> 16 != PTRACE_EVENT_STOP)
		ptrace(PTRACE_CONT, pid, NULL, (long)sig);
	else if (sig == SIGTRAP)
		ptrace(PTRACE_CONT, pid, NULL, 0L);
	else
		ptrace(PTRACE_LISTEN, pid, NULL, 0L); /* stopped by SIGSTOP or the like */
}

pid_t execution_next(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		if (status >> 16 == PTRACE_EVENT_EXEC)
			return pid;
		go_on(pid, status);
	}
	return 0;
}

void execution_end(pid_t pid, bool is_allowed)
{
	if (!is_allowed)
		kill(pid, SIGKILL);
	ptrace(PTRACE_DETACH, pid, NULL, 0L);
}
