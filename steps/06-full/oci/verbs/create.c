/* create and run. */
#include <poll.h>
#include <sys/signalfd.h>

#include "cleanup.h"
#include "fail.h"
#include "json.h"
#include "lifecycle.h"
#include "pidfd_socket.h"
#include "process.h"
#include "resources.h"
#include "signals.h"
#include "sync.h"
#include "verbs.h"

/* The options that only `run` has. */
struct run_options {
	bool detach, keep, no_subreaper;
};

/* Reads the words of one of the two verbs. Returns the operands; or NULL. */
static char **read_words(const struct verb *verb, char **words, struct request *request,
			 struct run_options *run)
{
	enum { SHARED = 8 };
	struct verb_option options[] = {
		{ "bundle", 'b', "DIR", VALUE_TEXT, &request->bundle,
		  "The directory of config.json (default: this one)" },
		{ "config", 'f', "FILE", VALUE_TEXT, &request->config,
		  "Read this file, not the bundle's config.json" },
		{ "pid-file", 0, "FILE", VALUE_TEXT, &request->pid_file,
		  "Write the pid of the first process to this file" },
		{ "console-socket", 0, "SOCKET", VALUE_TEXT, &request->console_socket,
		  "Send the terminal's master there" },
		{ "pidfd-socket", 0, "SOCKET", VALUE_TEXT, &request->pidfd_socket,
		  "Send a descriptor of the first process there" },
		{ "preserve-fds", 0, "NUMBER", VALUE_NUMBER, &request->preserve_fds,
		  "Let the command inherit so many descriptors above 2" },
		{ "no-pivot", 0, NULL, VALUE_NONE, &request->no_pivot,
		  "Change the root by chroot(2), not by pivot_root(2)" },
		{ "no-new-keyring", 0, NULL, VALUE_NONE, &request->no_new_keyring,
		  "Stay in the caller's session keyring" },
		[SHARED] = { "detach", 'd', NULL, VALUE_NONE, &run->detach,
			     "Do not wait for the command's end" },
		{ "no-subreaper", 0, NULL, VALUE_NONE, &run->no_subreaper,
		  "Ignored: no verb is a subreaper" },
		{ "keep", 0, NULL, VALUE_NONE, &run->keep, "Keep the container after its end" },
		{ 0 },
	};

	if (verb == &verb_create)
		options[SHARED] = (struct verb_option){ 0 };
	return verb_read(verb, options, words, 1, 1);
}

/*
 * Reads --config before the caller's descriptors are closed, since the file may be one of them: a
 * shell's <(...) is /dev/fd/63.
 */
static int begin(const struct runtime *runtime, const struct request *request,
		 struct container *container)
{
	if (request->config && !(container->config.text = json_read_text(request->config)))
		return -1;
	if (process_close_callers(process_listening() + (unsigned int)request->preserve_fds) < 0)
		return -1;
	if (log_narrate(&runtime->log) < 0)
		return -1;
	return lifecycle_load(request, &container->config);
}

static int create(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct container container;
	autochild struct child child = CHILD_NONE;
	autostate struct state state = STATE_NONE;
	struct request request = { .bundle = ".",
				   .waits_for_start = true,
				   .manager = runtime->manager };
	struct run_options none;
	char **operands = read_words(verb, words, &request, &none);

	if (!operands)
		return -1;
	request.id = operands[0];
	if (begin(runtime, &request, &container) < 0)
		return -1;
	if (lifecycle_create(runtime->root, &request, &container, &child, &state) < 0)
		return -1;
	child.pid = 0; /* the container goes on without this process */
	return 0;
}

const struct verb verb_create = {
	"create", "ID", "Make a container, whose command waits for `start`", 1, create,
};

/*
 * Passes on the messages of a service to its manager while child_wait() waits. A signal that
 * child_wait() looks for ends a wait here, too. A container with a terminal is no service: its
 * `meanwhile` is the terminal's relay.
 */
static int watch_readiness(struct child *child, struct sd_notify *notify)
{
	sigset_t watched;

	if (child->job.meanwhile)
		return 0;
	signals_watched(&watched);
	notify->until = signalfd(-1, &watched, SFD_CLOEXEC);
	if (notify->until < 0)
		return fail("signalfd");
	child->job.meanwhile = sd_notify_pass_on;
	child->job.argument = notify;
	return 0;
}

/*
 * Waits for the command's end, and then deletes the container, unless another call has done so.
 * The state is not locked meanwhile, so that other calls can use the container.
 */
static int stay(struct child *child, struct state *state, struct sd_notify *notify, bool keep)
{
	int status, gone;

	if (notify->socket >= 0 && watch_readiness(child, notify) < 0)
		return -1;
	status = child_wait(child);
	if (keep)
		return status;
	gone = state_lock(state);
	if (gone < 0 || (!gone && lifecycle_delete(state, true) < 0))
		return -1;
	return status;
}

/*
 * Waits for READY=1 from a container that is a service. The signals that would end this process are
 * blocked; one that comes meanwhile ends the wait and the container.
 */
static int await_readiness(const struct child *child, struct sd_notify *notify)
{
	autofd int ending = notify->socket >= 0 ? signals_open_ending() : -1;
	struct pollfd ended = { .fd = ending, .events = POLLIN };

	if (notify->socket < 0)
		return 0;
	if (ending < 0)
		return -1;
	notify->until = child->pidfd;
	notify->ending = ending;
	sd_notify_pass_on(notify);
	if (notify->socket >= 0 && poll(&ended, 1, 0) > 0)
		return fail_input("ended by a signal, before the container said READY=1");
	return 0;
}

static int run(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct container container;
	autochild struct child child = CHILD_NONE;
	autostate struct state state = STATE_NONE;
	struct request request = { .bundle = ".", .manager = runtime->manager };
	struct run_options options = { 0 };
	char **operands = read_words(verb, words, &request, &options);

	if (!operands)
		return -1;
	request.id = operands[0];
	if (begin(runtime, &request, &container) < 0)
		return -1;
	request.foreground = !options.detach;
	if (lifecycle_create(runtime->root, &request, &container, &child, &state) < 0)
		return -1;
	/* Only now may others learn the pid: a reader of it may enter the process's namespaces. */
	if (sync_await_exec(&child) < 0) {
		resources_explain_kill(&container.config.cgroup.limits, &container.config.cgroup);
		return lifecycle_give_up(&state);
	}
	if (pidfd_socket_send(request.pidfd_socket, child.pidfd, "standard") < 0 ||
	    lifecycle_reach(&state, STATUS_RUNNING, request.pid_file) < 0)
		return lifecycle_give_up(&state);
	if (lifecycle_started(&state, &container.config.hooks) < 0)
		return -1;
	if (!options.detach)
		return stay(&child, &state, &container.sd_notify, options.keep);
	if (await_readiness(&child, &container.sd_notify) < 0)
		return lifecycle_give_up(&state);
	child.pid = 0; /* the container goes on without this process */
	return 0;
}

const struct verb verb_run = {
	"run", "ID", "Make a container, run its command, delete it", 1, run,
};
