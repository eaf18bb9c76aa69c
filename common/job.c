#include "job.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "job_control.h"
#include "narrate.h"
#include "signals.h"
#include "spawn.h"
#include "witness.h"

void job_defer_signals(struct job *job)
{
	if (!job->is_deferring)
		signals_block(&job->callers_mask);
	job->is_deferring = true;
}

void job_prepare(struct job *job)
{
	job_defer_signals(job);
	if (!job->own_session)
		job->own_session = !terminal_open(&job->terminal);
}

int job_enter(const struct job *job)
{
	sigprocmask(SIG_SETMASK, &job->callers_mask, NULL);
	if (job->own_session)
		return setsid() < 0 ? fail("setsid") : 0;
	close(job->terminal.fd);
	return setpgid(0, 0) < 0 ? fail("setpgid") : 0;
}

void job_begin(struct child *child)
{
	if (child->job.own_session)
		return;
	setpgid(child->pid, child->pid); /* the child calls this as well, perhaps later */
	job_lend(child);
}

/*
 * True if the child has read the message of child_release(). Before that, the child may still block
 * signals as the host side does. A PID 1 without a handler would then get no signal, now or later.
 */
static bool has_begun(const struct child *child)
{
	int unread = 0;

	return ioctl(child->socket, SIOCOUTQ, &unread) == 0 && unread == 0;
}

/*
 * Kills the child if it is a PID 1 without a handler for `signal`: such a PID 1 never gets the
 * signal, pid_namespaces(7). Returns true if the child was killed.
 */
static bool kill_instead(struct child *child, int signal)
{
	if (!child->job.is_init || (has_begun(child) && signals_expected(child->pid, signal)))
		return false;
	narrate("signal %d: PID 1 has no handler and would ignore it, SIGKILL", signal);
	child->job.killed_for = signal;
	pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
	return true;
}

static void pass_on(struct child *child, const siginfo_t *info)
{
	const struct job *job = &child->job;
	bool is_typed = info->si_code == SI_KERNEL; /* the terminal sent it, to a whole group */
	siginfo_t for_all = { .si_signo = info->si_signo, .si_code = SI_QUEUE };

	if (kill_instead(child, info->si_signo))
		return;
	/* An init passes signals on: if its group got them, too, the command would get two. */
	if (!job->is_init || (is_typed && !job->has_init))
		job_signal(child, info->si_signo);
	else
		pidfd_send_signal(child->pidfd, info->si_signo, is_typed ? &for_all : NULL, 0);
}

/* Handles a SIGCHLD. Returns 1 if the command has ended, 0 if it has not, or -1. */
static int take_change(struct child *child, siginfo_t *change)
{
	const int both = WEXITED | WSTOPPED | WNOHANG;
	int typed = job_ask_witness(child);

	if (typed)
		kill_instead(child, typed);
	*change = (siginfo_t){ 0 };
	if (waitid(P_PIDFD, (id_t)child->pidfd, change, both | WNOWAIT) < 0)
		return fail("waitid");
	if (change->si_code != CLD_STOPPED)
		return change->si_pid != 0;
	/* Take the stop from the kernel now. The child may have gone on meanwhile. */
	if (waitid(P_PIDFD, (id_t)child->pidfd, change, WSTOPPED | WNOHANG) < 0)
		return fail("waitid");
	if (change->si_pid != 0)
		job_stop(child, change->si_status);
	return 0;
}

int job_wait(struct child *child, siginfo_t *end)
{
	struct job *job = &child->job;
	sigset_t watched;
	siginfo_t info;
	int changed;

	signals_watched(&watched);
	for (;;) {
		if (job->meanwhile)
			job->meanwhile(job->argument);
		if (sigwaitinfo(&watched, &info) < 0)
			continue; /* EINTR: this process was stopped, and goes on */
		switch (info.si_signo) {
		case SIGCHLD:
			changed = take_change(child, end);
			if (changed)
				return changed < 0 ? -1 : 0;
			break;
		case SIGCONT:
			if (info.si_pid != getpid()) /* or else job_give_way() has sent it */
				job_go_on(child);
			break;
		case SIGTTIN:
		case SIGTTOU:
			if (job_give_way(child, &info))
				break;
			/* fallthrough */
		case SIGTSTP:
			/* The signal was sent to the whole job. A PID 1 obeys only SIGSTOP. */
			job_signal(child, SIGSTOP);
			break;
		default:
			pass_on(child, &info);
		}
	}
}

void job_end(struct job *job)
{
	terminal_close(&job->terminal);
	if (job->witness != 0)
		witness_end(job->witness);
	job->witness = 0;
}
