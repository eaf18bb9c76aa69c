#include "hooks.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

static const char *const names[HOOK_KINDS] = {
	[HOOK_PRESTART] = "prestart",
	[HOOK_CREATE_RUNTIME] = "createRuntime",
	[HOOK_CREATE_CONTAINER] = "createContainer",
	[HOOK_START_CONTAINER] = "startContainer",
	[HOOK_POSTSTART] = "poststart",
	[HOOK_POSTSTOP] = "poststop",
};

/* The hook's life: our signals' defaults, nothing of ours open, and a group of its own to be ended
 * as one. */
static _Noreturn void become(const struct hook *hook, int input)
{
	char *alone[] = { (char *)hook->path, NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	dup2(input, STDIN_FILENO);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	execve(hook->path, hook->argv && hook->argv[0] ? hook->argv : alone,
	       hook->environment ? hook->environment : environ);
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

/* A socket in whose buffer the state lies, so that nobody waits for a hook that does not read it.
 */
static int make_input(const char *state)
{
	size_t length = strlen(state);
	int ends[2], size = (int)length * 2 + 4096;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (send(ends[1], state, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length) {
		close(ends[0]);
		ends[0] = fail("send the state to a hook");
	}
	close(ends[1]);
	return ends[0];
}

/* "bad system call": what a filter for system calls has done to it is worth a word. */
static const char *describe(int signal)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s", sigdescr_np(signal) ? sigdescr_np(signal) : "real-time");
	*text |= 0x20;
	return text;
}

/* Waits for its end, but no longer than its time-out. */
static int wait_for(pid_t pid, const struct hook *hook, const char *name)
{
	autofd int pidfd = pidfd_open(pid, 0);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int milliseconds =
		hook->timeout && hook->timeout < INT_MAX / 1000 ? (int)hook->timeout * 1000 : -1;
	bool late;
	int status;

	late = pidfd >= 0 && poll(&ended, 1, milliseconds) == 0;
	if (late)
		kill(-pid, SIGKILL);
	if (waitpid(pid, &status, 0) < 0)
		return fail("waitpid for the %s hook %s", name, hook->path);
	if (late)
		return fail_input("error running hook: %s %s: had not ended after %u s", name,
				  hook->path, hook->timeout);
	if (WIFSIGNALED(status))
		return fail_input("error running hook: %s %s: killed by signal %d, %s", name,
				  hook->path, WTERMSIG(status), describe(WTERMSIG(status)));
	if (status != 0)
		return fail_input("error running hook: %s %s: exit status %d", name, hook->path,
				  WEXITSTATUS(status));
	return 0;
}

static int run(const struct hook *hook, const char *name, const char *state)
{
	autofd int input = make_input(state);
	pid_t pid;

	if (input < 0)
		return -1;
	narrate("%s hook %s", name, hook->path);
	if (access(hook->path, X_OK) < 0)
		return fail("execve the %s hook %s", name, hook->path);
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0)
		become(hook, input);
	setpgid(pid, pid);
	return wait_for(pid, hook, name);
}

int hooks_run(const struct hooks *hooks, enum hook_kind kind, const char *state)
{
	for (size_t i = 0; i < hooks->count[kind]; i++)
		if (run(&hooks->list[kind][i], names[kind], state) < 0)
			return -1;
	return 0;
}

void hooks_try(const struct hooks *hooks, enum hook_kind kind, const char *state)
{
	for (size_t i = 0; i < hooks->count[kind]; i++) {
		if (run(&hooks->list[kind][i], names[kind], state) == 0)
			continue;
		fail_warn("%s", fail_get()->text);
		fail_forget();
	}
}
