/*
 * The host side while the command runs: it forwards signals, stops and goes on together with the
 * command, and takes its exit status.
 */
#include "spawn.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"
#include "signals.h"

/*
 * Whether the child has read our word. Before that it may still have our signal mask: it would not
 * get the signal now, and as PID 1 not later either.
 */
static bool has_begun(const struct child *child)
{
	int unread = 0;

	return ioctl(child->socket, SIOCOUTQ, &unread) == 0 && unread == 0;
}

static void forward(struct child *child, const siginfo_t *info)
{
	int signal = info->si_signo;

	if (child->is_init && (!has_begun(child) || !signals_expected(child->pid, signal))) {
		narrate("signal %d: PID 1 has no handler and would ignore it, SIGKILL", signal);
		child->killed_for = signal;
		signal = SIGKILL;
	} else if (info->si_code == SI_KERNEL && !child->own_group) {
		return; /* from the terminal, to the whole group: the child has got it too */
	}
	pidfd_send_signal(child->pidfd, signal, NULL, 0);
}

static void go_on_together(struct child *child)
{
	if (child->own_group)
		terminal_lend(&child->terminal, child->pid);
	kill(child->own_group ? -child->pid : child->pid, SIGCONT);
}

/* The command was stopped (Ctrl-Z): our caller's shell must see its whole job stop. */
static void stop_together(struct child *child, int signal)
{
	sigset_t stop;

	/* `fg` does not tell a job that was running all along: only now we see that it is ours. */
	if (child->own_group && (signal == SIGTTIN || signal == SIGTTOU)) {
		terminal_lend(&child->terminal, child->pid);
		if (child->terminal.lent) {
			kill(-child->pid, SIGCONT);
			return;
		}
	}
	terminal_take_back(&child->terminal);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* here we stop */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	go_on_together(child);
}

/* The exit status of a child that has ended as `end` tells. */
static int status_of(struct child *child, const siginfo_t *end)
{
	struct failure failure;
	ssize_t got;
	int tries = 3;

	terminal_close(&child->terminal);
	child->pid = 0;
	do { /* after ECONNRESET, again: it did not read our word, but left one */
		got = recv(child->socket, &failure, sizeof(failure), MSG_DONTWAIT);
	} while (got < 0 && errno != EAGAIN && --tries);
	if (got == sizeof(failure))
		return fail_set(&failure);
	if (fail_get()->text[0])
		return -1; /* something failed meanwhile, and it was killed for that */
	if (end->si_code == CLD_EXITED)
		return end->si_status;
	return 128 + (child->killed_for ? child->killed_for : end->si_status);
}

int child_wait(struct child *child)
{
	sigset_t watched;
	siginfo_t info;

	signals_watched(&watched);
	for (;;) {
		siginfo_t end = { 0 };

		if (child->meanwhile)
			child->meanwhile(child->argument);
		if (sigwaitinfo(&watched, &info) < 0)
			continue; /* EINTR: we were stopped, and go on */
		switch (info.si_signo) {
		case SIGCHLD:
			if (waitid(P_PIDFD, (id_t)child->pidfd, &end,
				   WEXITED | WSTOPPED | WNOHANG) < 0)
				return fail("waitid");
			if (end.si_code == CLD_STOPPED)
				stop_together(child, end.si_status);
			else if (end.si_pid != 0)
				return status_of(child, &end);
			break;
		case SIGCONT:
			go_on_together(child);
			break;
		case SIGTSTP:
		case SIGTTIN:
		case SIGTTOU:
			/* Meant for the whole job; SIGSTOP is the one that a PID 1 obeys too. */
			pidfd_send_signal(child->pidfd, SIGSTOP, NULL, 0);
			break;
		default:
			forward(child, &info);
		}
	}
}

void child_leave(struct child *child)
{
	child->pid = 0;
}

void child_cleanup(struct child *child)
{
	siginfo_t end;

	if (child->pid > 0) {
		pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
		waitid(P_PIDFD, (id_t)child->pidfd, &end, WEXITED);
	}
	terminal_close(&child->terminal);
	if (child->pidfd >= 0)
		close(child->pidfd);
	if (child->socket >= 0)
		close(child->socket);
}
