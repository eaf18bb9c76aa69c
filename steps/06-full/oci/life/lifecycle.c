#include "lifecycle.h"

#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "pid_file.h"
#include "processes.h"
#include "rdt.h"
#include "systemd.h"
#include "unix_socket.h"

enum { END_MILLISECONDS = 10000 };

int lifecycle_reach(struct state *state, enum status status, const char *pid_file)
{
	if (pid_file_write(state->directory, pid_file, state->pid) < 0)
		return -1;
	if (state_reach(state, status) == 0)
		return 0;
	pid_file_remove(state->directory);
	return -1;
}

static int connect_console(const char *path, int *console)
{
	*console = unix_socket_connect(path, "connect to --console-socket");
	return *console < 0 ? -1 : 0;
}

/* config.json says whether there is a terminal; --console-socket says where its master goes. */
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

int lifecycle_limit(const struct state *state, struct limits *limits, const struct cgroup *cgroup)
{
	if (resources_write(limits, cgroup) < 0)
		return -1;
	/*
	 * The kernel has read the values now, in all their forms. systemd gets what the kernel has
	 * read.
	 */
	if (!*state->unit || systemd_limit(state->unit, limits, cgroup) == 0)
		return 0;
	resources_undo(limits, cgroup);
	return -1;
}

int lifecycle_listen(struct container *container, const struct state *state)
{
	struct seccomp_notify *listener = &container->config.seccomp.listener;

	return listener->path
		? seccomp_notify_pass(listener, container->child->pid, state_object(state))
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

int lifecycle_remove_cgroup(const struct state *state,
			    int (*remove)(const char *path, const struct directory_ids *ids))
{
	int result = *state->cgroup ? remove(state->cgroup, &state->directories) : 0;

	if (*state->unit && result <= 0)
		systemd_stop(state->unit);
	if (*state->rdt)
		rdt_remove(state->rdt, &state->directories);
	return result < 0 ? -1 : 0;
}

/* Returns the hooks of the configuration, which is read again only if it has some. */
static const struct hooks *find_hooks(const struct state *state)
{
	static const struct hooks none;
	static struct config config;

	if (!state->has_hooks)
		return &none;
	config = (struct config){ .bundle = state->bundle };
	if (config_load(state_config(state), &config) == 0)
		return &config.hooks;
	fail_warn("hooks: %s", fail_get()->text);
	fail_forget();
	return &none;
}

int lifecycle_give_up(struct state *state)
{
	struct failure failure = *fail_get();

	fail_forget();
	pid_file_remove(state->directory);
	if (state_lock(state) != 0 || lifecycle_delete(state, true) < 0)
		fail_forget(); /* another verb has deleted it, or will have to */
	return fail_set(&failure);
}

int lifecycle_started(struct state *state, const struct hooks *hooks)
{
	autofree char *text = hooks->count[HOOK_POSTSTART] ? state_text(state, JSON_COMPACT) : NULL;

	return text && hooks_run(hooks, HOOK_POSTSTART, text) < 0 ? lifecycle_give_up(state) : 0;
}

int lifecycle_start(struct state *state)
{
	autofd int pidfd = state_open_process(state), fifo = -1;
	struct sd_notify notify = SD_NOTIFY_NONE;
	bool in_hooks;

	if (state_require(state, 1 << STATUS_CREATED, "start") < 0)
		return -1;
	if (state->lacks_process)
		return fail_input("cannot start: the configuration has no process");
	if (pidfd < 0)
		return fail_input("cannot start: container not running");
	if (sd_notify_listen(&notify, state) < 0)
		return -1;
	notify.until = pidfd;
	fifo = exec_fifo_open(state->directory);
	if (fifo < 0)
		return -1;
	state_unlock(state);
	if (exec_fifo_await(fifo, pidfd, &in_hooks) < 0)
		return in_hooks ? lifecycle_give_up(state) : -1;
	state->status = STATUS_RUNNING;
	if (lifecycle_started(state, find_hooks(state)) < 0)
		return -1;
	sd_notify_pass_on(&notify);
	return 0;
}

void lifecycle_end(struct state *state)
{
	autofd int pidfd = state_open_process(state);

	if (pidfd < 0)
		return;
	state_find_cgroup(state); /* the process is still in its cgroup */
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) == 0)
		processes_kill_frozen(state);
}

/* The process is not a child of this verb: its pidfd shows when it has ended. */
static int end_process(struct state *state)
{
	autofd int pidfd = state_open_process(state);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	bool is_seen;

	if (pidfd < 0)
		return *fail_get()->text ? -1 : 0;
	is_seen = state_find_cgroup(state) == 0; /* while the process is in the cgroup */
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	if (!is_seen)
		return -1;
	processes_kill_frozen(state);
	if (cgroup_path_remove(state->cgroup, &state->directories) < 0)
		return -1;
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
	/* Kill what is left in the cgroup. If some of it stays, so does the ID, for another try. */
	if (lifecycle_remove_cgroup(state, cgroup_path_remove) < 0)
		return -1;
	hooks = find_hooks(state);
	if (state_remove(state) < 0)
		return -1;
	lifecycle_run_stop_hooks(hooks, state);
	return 0;
}
