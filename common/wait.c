/* The end of a child (spawn.h). */
#include <errno.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "process_stat.h"
#include "spawn.h"

enum { FROZEN_MILLISECONDS = 2000 };

/* Keeps the failure that the child has sent, and returns -1; or returns 0: it has sent none. */
static int receive_failure(const struct child *child)
{
	struct failure failure;
	ssize_t got;
	int tries = 3;

	do { /* ECONNRESET: the child ended before it read all; its own message comes next */
		got = recv(child->socket, &failure, sizeof(failure), MSG_DONTWAIT);
	} while (got < 0 && errno != EAGAIN && --tries);
	return got == sizeof(failure) ? fail_set(&failure) : 0;
}

/* True if a signal has ended the child before its execve(2). Chapter 2's init executes nothing. */
static bool is_unexecuted(const struct child *child, const siginfo_t *end)
{
	bool unexecuted = end->si_code == CLD_KILLED && !child->job.has_init &&
		process_is_unexecuted(child->pid) > 0;

	fail_forget(); /* without /proc this is not known */
	return unexecuted;
}

int child_wait(struct child *child)
{
	siginfo_t end;

	if (job_wait(child, &end) < 0)
		return -1;
	if (!*fail_get()->text) /* /proc describes the child as long as it is a zombie */
		child->unexecuted = is_unexecuted(child, &end);
	if (waitid(P_PIDFD, (id_t)child->pidfd, &end, WEXITED) < 0)
		return fail("waitid");
	child->pid = 0;
	job_end(&child->job);
	if (receive_failure(child) < 0)
		return -1;
	if (*fail_get()->text)
		return -1; /* the child was killed since something failed on the host side */
	if (end.si_code == CLD_EXITED)
		return end.si_status;
	return 128 + (child->job.killed_for ? child->job.killed_for : end.si_status);
}

void child_cleanup(struct child *child)
{
	struct pollfd ended = { .fd = child->pidfd, .events = POLLIN };
	siginfo_t end;

	if (child->pid > 0) {
		pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
		/* A process that a cgroup of v1 has frozen dies later, when it is thawed. */
		if (poll(&ended, 1, child->detached ? FROZEN_MILLISECONDS : -1) != 0)
			waitid(P_PIDFD, (id_t)child->pidfd, &end, WEXITED);
	}
	job_end(&child->job);
	if (child->pidfd >= 0)
		close(child->pidfd);
	if (child->socket >= 0)
		close(child->socket);
}
