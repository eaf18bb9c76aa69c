#include "lifecycle.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "file.h"
#include "systemd.h"

enum { END_MILLISECONDS = 10000 };

int lifecycle_write_pid(const char *path, pid_t pid)
{
	autofree char *aside = NULL;
	char text[16];

	if (!path)
		return 0;
	/* Who waits for the file must not find it empty. */
	if (asprintf(&aside, "%s.new", path) < 0)
		return fail("asprintf");
	snprintf(text, sizeof(text), "%d", pid);
	if (file_write(AT_FDCWD, aside, text) < 0)
		return -1;
	return rename(aside, path) < 0 ? fail("rename %s", path) : 0;
}

static int connect_console(const char *path, int *console)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!path)
		return 0;
	if (strlen(path) >= sizeof(address.sun_path))
		return fail_input("--console-socket %s: the path is too long", path);
	strcpy(address.sun_path, path);
	*console = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*console < 0)
		return fail("socket");
	if (connect(*console, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("connect to --console-socket %s", path);
	return 0;
}

/* Whether there is a terminal is the configuration's to say, where it goes is the caller's. */
int lifecycle_console(struct console *console, const char *path, bool foreground)
{
	console->interactive = true;
	if (!console->terminal)
		return path ? fail_input("--console-socket: process.terminal is not set") : 0;
	if (path)
		return connect_console(path, &console->socket);
	if (!foreground)
		return fail_input("process.terminal: without a foreground, use --console-socket");
	console->interactive = isatty(STDIN_FILENO);
	return 0;
}

int lifecycle_limit(const struct state *state, const struct resources *resources,
		    const struct cgroup *cgroup)
{
	if (*state->unit && systemd_limit(state->unit, resources, cgroup) < 0)
		return -1;
	return resources_write(resources, cgroup);
}

int lifecycle_listen(struct container *container, const struct state *state)
{
	struct listener *listener = &container->filter.listener;

	return listener->path ? listener_pass(listener, container->child->pid, state_object(state))
			      : 0;
}

void lifecycle_run_stop_hooks(const struct hooks *hooks, struct state *state)
{
	autofree char *text = NULL;

	state->status = STATUS_STOPPED;
	text = hooks->count[HOOK_POSTSTOP] ? state_text(state, JSON_COMPACT) : NULL;
	if (text)
		hooks_try(hooks, HOOK_POSTSTOP, text);
}

void lifecycle_remove_cgroup(const struct state *state, void (*remove)(const char *path))
{
	if (*state->cgroup)
		remove(state->cgroup);
	if (*state->unit)
		systemd_stop(state->unit);
}

/* They are in the configuration, which is read again only if it has some. */
static const struct hooks *find_hooks(const struct state *state)
{
	static const struct hooks none;
	static struct container container;

	if (!state->has_hooks)
		return &none;
	container = (struct container){ .bundle = state->bundle };
	if (config_load(state_config(state), &container) == 0)
		return &container.hooks;
	fail_warn("hooks: %s", fail_get()->text);
	fail_forget();
	return &none;
}

/* What has failed is told when the container is gone. */
static int give_up(struct state *state)
{
	struct failure failure = *fail_get();

	fail_forget();
	if (lifecycle_delete(state, true) < 0)
		fail_forget();
	return fail_set(&failure);
}

int lifecycle_started(struct state *state)
{
	const struct hooks *hooks = find_hooks(state);
	autofree char *text = NULL;

	text = hooks->count[HOOK_POSTSTART] ? state_text(state, JSON_COMPACT) : NULL;
	return text && hooks_run(hooks, HOOK_POSTSTART, text) < 0 ? give_up(state) : 0;
}

int lifecycle_start(struct state *state)
{
	autofd int pidfd = state_open_process(state);
	struct notify notify = NOTIFY_NONE;

	if (state_require(state, 1 << STATUS_CREATED, "start") < 0)
		return -1;
	if (notify_listen(&notify, state) < 0)
		return -1;
	notify.until = pidfd;
	if (gate_release(state->directory) < 0)
		return -1;
	state->status = STATUS_RUNNING;
	if (state_save(state) < 0)
		return -1;
	if (lifecycle_started(state) < 0)
		return -1;
	state_unlock(state);
	notify_pass_on(&notify);
	return 0;
}

/* It is not our child: its pidfd tells when it has ended. */
static int end_process(const struct state *state)
{
	autofd int pidfd = state_open_process(state);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0)
		return 0;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	/* A frozen one dies when it is thawed, which this does. */
	cgroup_path_remove(state->cgroup);
	if (poll(&ended, 1, END_MILLISECONDS) == 0)
		return fail_input("container %s: its first process does not end", state->id);
	return 0;
}

int lifecycle_delete(struct state *state, bool force)
{
	const struct hooks *hooks;
	unsigned int statuses = 1 << STATUS_STOPPED | 1 << STATUS_CREATED;

	if (!force && state_require(state, statuses, "delete") < 0)
		return -1;
	if (end_process(state) < 0)
		return -1;
	lifecycle_remove_cgroup(state, cgroup_path_remove); /* what is in it ends now */
	hooks = find_hooks(state);
	if (state_remove(state) < 0)
		return -1;
	lifecycle_run_stop_hooks(hooks, state);
	return 0;
}
