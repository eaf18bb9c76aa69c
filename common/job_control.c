#include "job_control.h"

#include <sys/pidfd.h>

#include "signals.h"
#include "spawn.h"
#include "witness.h"

void job_signal(const struct child *child, int signal)
{
	/* A child that has just been started has no group yet. */
	if (kill(-child->pid, signal) < 0)
		pidfd_send_signal(child->pidfd, signal, NULL, 0);
}

/* A PID 1 that has the terminal until its end is never in the background: no witness is needed. */
static void update_witness(struct child *child)
{
	struct job *job = &child->job;
	bool is_needed = job->is_init && !job->own_session &&
		(job->terminal.on_demand || !job->terminal.lent);

	if (is_needed && job->witness == 0)
		job->witness = witness_start(child->pid);
	if (is_needed || job->witness == 0)
		return;
	witness_end(job->witness);
	job->witness = 0;
}

void job_lend(struct child *child)
{
	struct job *job = &child->job;

	if (!job->terminal.on_demand)
		terminal_lend(&job->terminal, child->pid);
	update_witness(child);
}

/*
 * Stops this process with its whole group. Returns false if no shell could ever say `fg`: then the
 * process did not stop.
 */
static bool stop_ourselves(void)
{
	sigset_t stop, pending;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* this process stops here */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT);
}

void job_stop(struct child *child, int signal)
{
	struct job *job = &child->job;
	bool asks = signal == SIGTTIN || signal == SIGTTOU;

	if (asks && terminal_lend(&job->terminal, child->pid)) {
		update_witness(child);
		job_signal(child, SIGCONT);
		return;
	}
	job_signal(child, SIGSTOP); /* stops a PID 1, too */
	terminal_take_back(&job->terminal);
	if (!stop_ourselves() && asks && job->terminal.fd >= 0) {
		/* The command would read again at once, and never get the terminal. */
		job->killed_for = signal;
		job_signal(child, SIGKILL);
		return;
	}
	job_go_on(child);
}

void job_go_on(struct child *child)
{
	job_lend(child);
	job_signal(child, SIGCONT);
}

bool job_give_way(struct child *child, const siginfo_t *info)
{
	struct terminal *terminal = &child->job.terminal;

	if (info->si_code != SI_KERNEL || !terminal_has(terminal, child->pid))
		return false;
	terminal->on_demand = true; /* from now on */
	terminal_take_back(terminal);
	update_witness(child);
	kill(0, SIGCONT);
	return true;
}

/* True if `signal`, which has stopped the witness, is to stop the command as well. */
static bool is_for_command(const struct child *child, int signal)
{
	if (signal == SIGTSTP) /* a shell ignores Ctrl-Z itself */
		return child->job.has_init || !signals_expected(child->pid, signal);
	return signal == SIGTTIN || signal == SIGTTOU;
}

int job_ask_witness(struct child *child)
{
	struct job *job = &child->job;
	bool has_ended = false;
	int signal = job->witness ? witness_ask(job->witness, &has_ended) : 0;

	if (has_ended) {
		job->witness = 0;
		if (signal != SIGINT && signal != SIGQUIT)
			return 0; /* SIGKILL: the command has killed its own group */
		update_witness(child);
		return signal;
	}
	if (is_for_command(child, signal))
		job_stop(child, signal);
	else if (signal && signal != SIGSTOP) /* job_stop() sends SIGSTOP itself */
		kill(job->witness, SIGCONT);
	return 0;
}
