#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "signals.h"

/* "CLONE_NEWUTS|CLONE_NEWPID" for those flags; the text lasts until the next call. */
static const char *flags_text(uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} known[] = {
		{ CLONE_NEWUSER, "CLONE_NEWUSER" },	{ CLONE_NEWUTS, "CLONE_NEWUTS" },
		{ CLONE_NEWPID, "CLONE_NEWPID" },	{ CLONE_NEWNS, "CLONE_NEWNS" },
		{ CLONE_NEWIPC, "CLONE_NEWIPC" },	{ CLONE_NEWNET, "CLONE_NEWNET" },
		{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP" }, { CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP" },
	};
	static char text[128];

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (flags & known[i].flag)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 text[0] ? "|" : "", known[i].name);
	return text;
}

/*
 * fork(2) that takes namespace flags, and that gives a descriptor of the child (pidfd). With
 * CLONE_PARENT, the child is our parent's, who gets the signal that we would send.
 */
static pid_t fork_into(uint64_t namespaces, struct child *child)
{
	struct clone_args arguments = {
		.flags = namespaces | CLONE_PIDFD,
		.pidfd = (uintptr_t)&child->pidfd,
		.exit_signal = namespaces & CLONE_PARENT ? 0 : SIGCHLD,
	};

	if (child->cgroup >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (unsigned int)child->cgroup;
	}
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* In the process in between: starts the child, and tells our parent its pid. */
static pid_t fork_as_sibling(uint64_t namespaces, struct child *child, void *argument, int pid_pipe)
{
	pid_t pid;

	if (child->between(argument) < 0)
		return -1;
	pid = fork_into(namespaces | CLONE_PARENT, child);
	if (pid < 0)
		return fail("clone3 %s", flags_text(namespaces));
	if (pid > 0 && write(pid_pipe, &pid, sizeof(pid)) != sizeof(pid))
		return fail("write the pid");
	return pid;
}

/* Waits for the process in between, which has sent us the pid, or its failure. */
static pid_t take_sibling(struct child *child, pid_t between, int pid_pipe)
{
	struct failure failure;
	pid_t pid = -1;
	ssize_t got = read(pid_pipe, &pid, sizeof(pid));

	while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (got != sizeof(pid)) {
		got = recv(child->socket, &failure, sizeof(failure), MSG_DONTWAIT);
		return got == sizeof(failure) ? fail_set(&failure) : fail("clone3");
	}
	child->pidfd = pidfd_open(pid, 0);
	return child->pidfd < 0 ? fail("pidfd_open") : pid;
}

/* As fork_into(), by way of a process in between; returns in the child, too. */
static pid_t fork_twice(uint64_t namespaces, struct child *child, void *argument, int childs_end)
{
	int ends[2];
	autofd int reading = -1, writing = -1;
	pid_t between, pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");
	reading = ends[0];
	writing = ends[1];
	between = fork();
	if (between < 0)
		return fail("fork");
	if (between > 0) {
		cleanup_fd(&writing);
		writing = -1;
		return take_sibling(child, between, reading);
	}
	narrate_as("between");
	pid = fork_as_sibling(namespaces, child, argument, writing);
	if (pid == 0)
		return 0;
	if (pid < 0)
		send(childs_end, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
	_exit(0);
}

int child_die_with_host(const struct child *child)
{
	ssize_t got;
	char byte;

	if (!child->detached && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl PR_SET_PDEATHSIG");
	/*
	 * It may have died before the prctl, even after its word: then this finds end-of-file.
	 * Before that may come another word; who hears it asks again.
	 */
	got = recv(child->socket, &byte, sizeof(byte), MSG_DONTWAIT | MSG_PEEK);
	if (got > 0 || (got < 0 && errno == EAGAIN))
		return 0;
	return got < 0 ? fail("recv from the host side") : fail_input("the host side has died");
}

/* Waits for the host side's word, and makes sure that we do not live longer than it does. */
static int wait_for_release(const struct child *child)
{
	if (child_await(child) < 0)
		return -1;
	return child_die_with_host(child);
}

/* The child's life: from here to execve(2), or to a failure that the host side reports. */
static _Noreturn void child_main(struct child *child, int (*inside)(void *), void *argument)
{
	narrate_as("container");
	if (child->own_session)
		setsid();
	if (wait_for_release(child) == 0)
		inside(argument);
	send(child->socket, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
	_exit(fail_get()->status);
}

void child_defer_signals(struct child *child)
{
	if (!child->deferring)
		signals_block(&child->callers);
	child->deferring = true;
}

int child_spawn(struct child *child, uint64_t namespaces, int (*inside)(void *), void *argument)
{
	const uint64_t flags = namespaces | (child->cgroup >= 0 ? CLONE_INTO_CGROUP : 0);
	int ends[2];
	autofd int childs_end = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	child->socket = ends[0];
	childs_end = ends[1];
	child->is_init = namespaces & CLONE_NEWPID;
	child_defer_signals(child);
	child->pid = child->between ? fork_twice(namespaces, child, argument, childs_end)
				    : fork_into(namespaces, child);
	if (child->pid == 0) {
		close(child->socket);
		child->socket = childs_end;
		sigprocmask(SIG_SETMASK, &child->callers, NULL);
		child_main(child, inside, argument);
	}
	if (child->pid < 0) {
		child->pid = 0;
		return fail("clone3 %s", flags_text(flags));
	}
	narrate("clone3 %s: process %d", flags_text(flags), child->pid);
	child->own_group = child->own_session;
	/* The command gets the terminal only if it is ours to give: not in the background. */
	if (!child->own_session)
		terminal_open(&child->terminal);
	if (child->terminal.fd >= 0) {
		child->own_group = setpgid(child->pid, child->pid) == 0;
		if (child->own_group)
			terminal_lend(&child->terminal, child->pid);
	}
	return 0;
}

int child_release(struct child *child)
{
	/* It may have ended already, and not have read the last word: child_wait() tells how. */
	if (send(child->socket, "", 1, MSG_NOSIGNAL) != 1 && errno != EPIPE && errno != ECONNRESET)
		return fail("send to the child");
	return 0;
}
