#include "spawn.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

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

pid_t child_fork(uint64_t flags, int cgroup, int *pidfd)
{
	struct clone_args arguments = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		/* Must be 0 with CLONE_PARENT: the new process gets the caller's exit signal. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	pid_t pid;

	if (cgroup >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (unsigned int)cgroup;
	}
	pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (pid < 0)
		return fail("clone3 %s", flags_text(arguments.flags));
	if (pid > 0)
		narrate("clone3 %s: process %d", flags_text(arguments.flags), pid);
	return pid;
}

int child_await_release(const struct child *child)
{
	char byte;
	ssize_t got = recv(child->socket, &byte, sizeof(byte), 0);

	if (got < 0)
		return fail("recv from the host side");
	return got == 0 ? fail_input("the host side has died") : 0;
}

int child_die_with_host(const struct child *child)
{
	ssize_t got;
	char byte;

	if (!child->detached && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl PR_SET_PDEATHSIG");
	/*
	 * A host side that died before the prctl has left end-of-file in the socket. A message may
	 * stand before end-of-file; its reader calls this function again.
	 */
	got = recv(child->socket, &byte, sizeof(byte), MSG_DONTWAIT | MSG_PEEK);
	if (got > 0 || (got < 0 && errno == EAGAIN))
		return 0;
	return got < 0 ? fail("recv from the host side") : fail_input("the host side has died");
}

/* The child's life: from here to execve(2), or to a failure that the host side reports. */
static _Noreturn void child_main(struct child *child, int (*inside)(void *), void *argument)
{
	narrate_as("container");
	if (job_enter(&child->job) == 0 && child_await_release(child) == 0 &&
	    child_die_with_host(child) == 0)
		inside(argument);
	send(child->socket, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
	_exit(fail_get()->status);
}

int child_spawn(struct child *child, uint64_t namespaces, int (*inside)(void *), void *argument)
{
	int ends[2];
	autofd int childs_end = -1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	child->socket = ends[0];
	childs_end = ends[1];
	job_prepare(&child->job);
	pid = child_fork(namespaces, child->cgroup, &child->pidfd);
	if (pid < 0)
		return -1;
	if (pid == 0) {
		close(child->socket);
		child->socket = childs_end;
		child_main(child, inside, argument);
	}
	child->pid = pid;
	child->job.is_init = namespaces & CLONE_NEWPID;
	job_begin(child);
	return 0;
}

int child_release(struct child *child)
{
	/* A child that has ended already reads no message: child_wait() reports why it ended. */
	if (send(child->socket, "", 1, MSG_NOSIGNAL) != 1 && errno != EPIPE && errno != ECONNRESET)
		return fail("send to the child");
	return 0;
}
