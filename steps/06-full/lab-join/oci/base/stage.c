#include "stage.h"

#include <poll.h>
#include <sched.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"
#include "sync.h"

enum { END_MILLISECONDS = 2000 }; /* a stage that has sent its message ends at once */

struct stage {
	struct child *child;
	int (*enter)(void *argument);
	uint64_t namespaces;
	int (*inside)(void *argument);
	void *argument;
};

/* Runs in the container's process. Returns -1: then child_spawn()'s code sends the failure. */
static int begin(const struct stage *stage)
{
	narrate_as("container");
	/*
	 * TODO 4: begin a session (setsid(2)), wait until the host side releases the child, and
	 * die with it: child_await_release(), child_die_with_host(). Then return what the call of
	 * stage->inside() returns.
	 */
	(void)stage;
	return -1;
}

/* Starts the container's process, and tells the host side which one it is. */
static int start(const struct stage *stage)
{
	/*
	 * TODO 4: child_fork() a process in stage->namespaces, in no other cgroup (-1). It has to
	 * be a child of the host side, as this process is: CLONE_PARENT. In the new process, return
	 * what begin() returns. Here, send its pid (a pid_t, as it is) to the host side by
	 * stage->child->socket, and end: _exit(0). When the sending fails: fail("send the pid");
	 * child_fork() has its own message.
	 */
	(void)begin;
	(void)stage;
	return -1;
}

static int run_stage(void *argument)
{
	const struct stage *stage = argument;

	narrate_as("stage");
	return stage->enter(stage->argument) < 0 ? -1 : start(stage);
}

/* Returns the pid that the stage sends, or -1. */
static pid_t receive_pid(const struct child *stage)
{
	union {
		pid_t pid;
		struct failure failure;
	} message;
	ssize_t got = sync_receive(stage, &message, sizeof(message));

	if (got < 0)
		return -1;
	if (got == sizeof(message.failure))
		return fail_set(&message.failure);
	if (got != sizeof(message.pid))
		return fail_input("clone3: the process that enters the namespaces was killed");
	return message.pid;
}

static void reap(struct child *stage)
{
	struct pollfd ended = { .fd = stage->pidfd, .events = POLLIN };
	siginfo_t end;

	if (poll(&ended, 1, END_MILLISECONDS) > 0)
		waitid(P_PIDFD, (id_t)stage->pidfd, &end, WEXITED);
	close(stage->pidfd);
	stage->pidfd = -1;
	stage->pid = 0;
}

/*
 * Adopts the process `pid`. A later failure kills this process, so it must be a child of the host
 * side. Returns 0 or -1.
 */
static int adopt(struct child *child, pid_t pid)
{
	siginfo_t end;

	child->pidfd = pidfd_open(pid, 0);
	if (child->pidfd < 0)
		return fail("pidfd_open");
	if (waitid(P_PIDFD, (id_t)child->pidfd, &end, WEXITED | WNOHANG | WNOWAIT) < 0)
		return fail("waitid of process %d", pid);
	child->pid = pid;
	return 0;
}

int stage_spawn(struct child *child, int (*enter)(void *), uint64_t namespaces,
		int (*inside)(void *), void *argument)
{
	struct stage stage = { child, enter, namespaces, inside, argument };
	pid_t pid;

	if (child_spawn(child, 0, run_stage, &stage) < 0)
		return -1;
	if (child_release(child) < 0)
		return -1;
	pid = receive_pid(child);
	if (pid < 0)
		return -1;
	reap(child);
	child->job.is_init = namespaces & CLONE_NEWPID;
	return adopt(child, pid);
}
