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
#include "narrate.h"

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
		return fail_input("process.terminal: needs --console-socket");
	console->interactive = isatty(STDIN_FILENO);
	return 0;
}

/* Reads the configuration in the bundle's directory, which its relative paths start from. */
static int load(const struct request *request, struct container *container, struct state *state)
{
	char *bundle = realpath(request->bundle, NULL), *config = NULL;

	if (!bundle)
		return fail("bundle %s", request->bundle);
	if (request->config)
		config = realpath(request->config, NULL);
	else if (asprintf(&config, "%s/config.json", bundle) < 0)
		config = NULL;
	if (!config)
		return fail("config %s", request->config ? request->config : "config.json");
	state->bundle = container->bundle = bundle;
	state->config = config;
	if (config_load(config, container) < 0)
		return -1;
	if (!container->command.argv || !container->command.argv[0])
		return fail_input("process.args: must be there, with the command to execute");
	state->rootfs = container->rootfs.path;
	state->annotations = container->annotations;
	for (int kind = 0; kind < HOOK_KINDS; kind++)
		state->has_hooks = state->has_hooks || container->hooks.count[kind];
	container->keep_keyring = request->no_new_keyring;
	container->rootfs.chroot = request->no_pivot;
	container->preserved = (unsigned int)request->preserve_fds;
	return lifecycle_console(&container->console, request->console_socket, request->foreground);
}

/* Where the configuration names none, it is one of our own, with which no other has to do. */
static int choose_cgroup(const char *wanted, struct state *state)
{
	char *path;

	if (wanted && *wanted) {
		state->cgroup = wanted;
		return 0;
	}
	if (asprintf(&path, "/%s", state->id) < 0)
		return fail("asprintf");
	state->cgroup = path;
	return 0;
}

/* The moment between the namespaces and the new root, which belongs to hooks. */
static int run_create_hooks(const struct container *container, struct state *state)
{
	autofree char *text = NULL;

	if (!container_has_hooks(container))
		return 0;
	if (child_expect(container->child) < 0)
		return -1;
	state->status = STATUS_CREATED;
	text = state_text(state, JSON_COMPACT);
	if (!text)
		return fail_input("state of %s: no memory", state->id);
	if (hooks_run(&container->hooks, HOOK_PRESTART, text) < 0)
		return -1;
	if (hooks_run(&container->hooks, HOOK_CREATE_RUNTIME, text) < 0)
		return -1;
	return child_tell(container->child, text);
}

int lifecycle_listen(struct container *container, const struct state *state)
{
	struct listener *listener = &container->filter.listener;

	return listener->path ? listener_pass(listener, container->child->pid, state_object(state))
			      : 0;
}

/* From the moment when there is a process. */
static int bring_up(struct container *container, const struct request *request, struct state *state)
{
	struct child *child = container->child;

	if (state_set_process(state, child->pid) < 0)
		return -1;
	if (request->gate || container_has_hooks(container)) {
		/* Whoever removes what is left of us, if we are killed, finds the process in it. */
		if (state_save(state) < 0)
			return -1;
	}
	if (child_release(child) < 0)
		return -1;
	if (run_create_hooks(container, state) < 0)
		return -1;
	if (lifecycle_listen(container, state) < 0)
		return -1;
	if (request->gate && child_expect(child) < 0)
		return -1;
	state->status = request->gate ? STATUS_CREATED : STATUS_RUNNING;
	if (lifecycle_write_pid(request->pid_file, child->pid) < 0)
		return -1;
	return state_save(state);
}

static int create(const struct request *request, struct container *container, struct child *child,
		  struct state *state)
{
	struct cgroup *cgroup = &container->cgroup;

	child->detached = true;
	if (load(request, container, state) < 0)
		return -1;
	if (choose_cgroup(container->cgroup_path, state) < 0)
		return -1;
	if (container_prepare(container, child) < 0)
		return -1;
	if (cgroup_path_create(cgroup, state->cgroup, !container->cgroup_path,
			       &container->resources) < 0)
		return -1;
	if (request->gate && gate_make(&container->gate, state->directory) < 0)
		return -1;
	if (container_spawn(container) < 0)
		return -1;
	return bring_up(container, request, state);
}

int lifecycle_create(const char *root, const struct request *request, struct container *container,
		     struct child *child, struct state *state)
{
	if (state_make(state, root, request->id) < 0)
		return -1;
	if (create(request, container, child, state) == 0)
		return 0;
	child_cleanup(child);
	*child = (struct child)CHILD_NONE;
	cgroup_path_discard(state->cgroup);
	if (request->pid_file)
		unlink(request->pid_file);
	state_remove(state);
	return -1;
}

/* ---- The rest of its life ---- */

/* Hooks are in the configuration, which is read again only if it has some. */
static void run_late_hooks(const struct state *state, enum hook_kind kind)
{
	static struct container container;
	autofree char *text = NULL;

	if (!state->has_hooks)
		return;
	container.bundle = state->bundle;
	if (config_load(state->config, &container) < 0) {
		fail_warn("hooks: %s", fail_get()->text);
		fail_forget();
		return;
	}
	text = state_text(state, JSON_COMPACT);
	if (text)
		hooks_try(&container.hooks, kind, text);
}

int lifecycle_started(struct state *state)
{
	state->status = STATUS_RUNNING;
	if (state_save(state) < 0)
		return -1;
	run_late_hooks(state, HOOK_POSTSTART);
	return 0;
}

int lifecycle_start(struct state *state)
{
	if (state_require(state, 1 << STATUS_CREATED, "start") < 0)
		return -1;
	if (gate_release(state->directory) < 0)
		return -1;
	return lifecycle_started(state);
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
	unsigned int statuses = 1 << STATUS_STOPPED | 1 << STATUS_CREATED;

	if (!force && state_require(state, statuses, "delete") < 0)
		return -1;
	if (end_process(state) < 0)
		return -1;
	cgroup_path_remove(state->cgroup);
	if (state_remove(state) < 0)
		return -1;
	state->status = STATUS_STOPPED;
	run_late_hooks(state, HOOK_POSTSTOP);
	return 0;
}
