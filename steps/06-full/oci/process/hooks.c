#include "hooks.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "signals.h"

static const char *const names[HOOK_KINDS] = {
	[HOOK_PRESTART] = "prestart",
	[HOOK_CREATE_RUNTIME] = "createRuntime",
	[HOOK_CREATE_CONTAINER] = "createContainer",
	[HOOK_START_CONTAINER] = "startContainer",
	[HOOK_POSTSTART] = "poststart",
	[HOOK_POSTSTOP] = "poststop",
};

const char *hooks_name(enum hook_kind kind)
{
	return names[kind];
}

/*
 * Executes the hook in the child. All signals have their default actions, and all descriptors of
 * the runtime are closed but standard output and error. The hook gets a session of its own: so its
 * process group, which wait_for() kills, has only the hook and its children in it.
 */
static _Noreturn void become(const struct hook *hook, int input)
{
	char *alone[] = { (char *)hook->path, NULL };

	signals_reset();
	if (setsid() < 0)
		_exit(STATUS_FAILED);
	dup2(input, STDIN_FILENO);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	execve(hook->path, hook->argv && hook->argv[0] ? hook->argv : alone,
	       hook->environment ? hook->environment : environ);
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

/*
 * The description of a signal: "bad system call" shows that a seccomp filter has killed the hook.
 */
static const char *describe(int signal)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s", sigdescr_np(signal) ? sigdescr_np(signal) : "real-time");
	*text |= 0x20;
	return text;
}

/*
 * Waits until the hook ends. Kills it after its time-out, or when the runtime itself gets a signal
 * to end, which job_defer_signals() may have blocked. Returns 0 or -1.
 */
static int wait_for(pid_t pid, const struct hook *hook, const char *name)
{
	autofd int pidfd = pidfd_open(pid, 0), ending = signals_open_ending();
	struct pollfd watched[] = { { .fd = pidfd, .events = POLLIN },
				    { .fd = ending, .events = POLLIN } };
	int milliseconds =
		hook->timeout && hook->timeout < INT_MAX / 1000 ? (int)hook->timeout * 1000 : -1;
	bool late, asked;
	int status;

	late = pidfd >= 0 && poll(watched, 2, milliseconds) == 0;
	asked = !late && watched[1].revents && !watched[0].revents;
	if (late || asked) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
	}
	if (waitpid(pid, &status, 0) < 0)
		return fail("waitpid for the %s hook %s", name, hook->path);
	if (late)
		return fail_input("error running hook: %s %s: had not ended after %u s", name,
				  hook->path, hook->timeout);
	if (asked)
		return fail_input("error running hook: %s %s: ended by a signal while it ran", name,
				  hook->path);
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
	autofd int input = file_make_memory("state", state);
	pid_t pid;

	if (input < 0)
		return -1;
	narrate("%s hook %s", name, hook->path);
	if (access(hook->path, X_OK) < 0)
		return fail("execve the %s hook %s", name, hook->path);
	signal(SIGCHLD, SIG_DFL); /* if the caller has ignored it, waitpid(2) would fail */
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0)
		become(hook, input);
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
