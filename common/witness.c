#include "witness.h"

#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The signals that stop or end the witness. The witness blocks all others. */
static const int witnessed[] = { SIGTTIN, SIGTTOU, SIGTSTP, SIGINT, SIGQUIT };

static _Noreturn void be_witness(pid_t parent)
{
	sigset_t others;

	sigfillset(&others);
	for (size_t i = 0; i < sizeof(witnessed) / sizeof(witnessed[0]); i++)
		sigdelset(&others, witnessed[i]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0); /* SIGQUIT leaves no core */
	close_range(0, UINT_MAX, 0);
	sigprocmask(SIG_SETMASK, &others, NULL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

pid_t witness_start(pid_t group)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		be_witness(parent);
	if (pid > 0 && setpgid(pid, group) == 0)
		return pid;
	if (pid > 0)
		kill(pid, SIGKILL);
	return 0;
}

int witness_ask(pid_t witness, bool *has_ended)
{
	siginfo_t change = { 0 };

	if (waitid(P_PID, (id_t)witness, &change, WEXITED | WSTOPPED | WNOHANG) < 0)
		return 0;
	*has_ended = change.si_pid != 0 && change.si_code != CLD_STOPPED;
	return change.si_status;
}

void witness_end(pid_t witness)
{
	siginfo_t end;

	kill(witness, SIGKILL);
	waitid(P_PID, (id_t)witness, &end, WEXITED);
}
