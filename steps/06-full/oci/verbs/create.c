/* create and run. */
#include <sys/signalfd.h>
#include <unistd.h>

#include "fail.h"
#include "json.h"
#include "lifecycle.h"
#include "process.h"
#include "signals.h"
#include "verbs.h"

/* What both have as options. */
#define SHARED(request)                                                                            \
	{ "bundle b", VALUE_TEXT, &(request)->bundle, "the directory with config.json" },          \
		{ "config f", VALUE_TEXT, &(request)->config, "another file than config.json" },   \
		{ "pid-file", VALUE_TEXT, &(request)->pid_file, "where the pid is written" },      \
		{ "console-socket", VALUE_TEXT, &(request)->console_socket,                        \
		  "where the terminal's master is sent" },                                         \
		{ "preserve-fds", VALUE_NUMBER, &(request)->preserve_fds,                          \
		  "descriptors above 2 that the command inherits" },                               \
		{ "no-pivot", VALUE_NONE, &(request)->no_pivot, "chroot(2), no pivot_root(2)" },   \
	{                                                                                          \
		"no-new-keyring", VALUE_NONE, &(request)->no_new_keyring,                          \
			"stay in the session keyring that we have"                                 \
	}

static const struct verb_option end = { NULL, VALUE_NONE, NULL, NULL };

/* The file may be one of our caller's descriptors: /dev/fd/63, which is a shell's <(...). */
static int begin(const struct runtime *runtime, const struct request *request,
		 struct container *container)
{
	if (request->config && !(container->config = json_read_text(request->config)))
		return -1;
	if (process_close_callers(process_listening() + (unsigned int)request->preserve_fds) < 0)
		return -1;
	return log_narrate(&runtime->log);
}

static int create(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct container container;
	autochild struct child child = CHILD_NONE;
	autostate struct state state = STATE_NONE;
	struct request request = { .bundle = ".", .gate = true, .manager = runtime->manager };
	const struct verb_option options[] = { SHARED(&request), end };
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	request.id = operands[0];
	if (begin(runtime, &request, &container) < 0)
		return -1;
	if (lifecycle_create(runtime->root, &request, &container, &child, &state) < 0)
		return -1;
	child_leave(&child);
	return 0;
}

const struct verb verb_create = {
	"create", "ID", "Make a container, whose command waits for `start`", 1, create,
};

/* A signal interrupts that: it is for child_wait(). With a terminal, it is no service. */
static int watch_readiness(struct child *child, struct notify *notify)
{
	sigset_t watched;

	if (child->meanwhile)
		return 0;
	signals_watched(&watched);
	notify->until = signalfd(-1, &watched, SFD_CLOEXEC);
	if (notify->until < 0)
		return fail("signalfd");
	child->meanwhile = notify_pass_on;
	child->argument = notify;
	return 0;
}

/*
 * Waits for the command in the foreground, while others may go on with the container, and takes it
 * away after that, unless somebody has done so.
 */
static int stay(struct child *child, struct state *state, struct notify *notify, bool keep)
{
	int status, gone;

	state_unlock(state);
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

static int run(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct container container;
	autochild struct child child = CHILD_NONE;
	autostate struct state state = STATE_NONE;
	struct request request = { .bundle = ".", .manager = runtime->manager };
	bool detach = false, keep = false;
	const struct verb_option options[] = {
		SHARED(&request),
		{ "detach d", VALUE_NONE, &detach, "do not wait for its end" },
		{ "keep", VALUE_NONE, &keep, "do not delete it after its end" },
		end,
	};
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	request.id = operands[0];
	if (begin(runtime, &request, &container) < 0)
		return -1;
	request.foreground = !detach;
	if (lifecycle_create(runtime->root, &request, &container, &child, &state) < 0)
		return -1;
	/* Not before: who knows the pid may look for its namespaces, or enter them. */
	if (child_executed(&child) < 0 || lifecycle_write_pid(request.pid_file, child.pid) < 0 ||
	    state_reach(&state, STATUS_RUNNING) < 0) {
		struct failure failure = *fail_get();

		lifecycle_delete(&state, true);
		return fail_set(&failure);
	}
	if (lifecycle_started(&state) < 0)
		return -1;
	if (!detach)
		return stay(&child, &state, &container.notify, keep);
	container.notify.until = child.pidfd;
	state_unlock(&state);
	notify_pass_on(&container.notify);
	child_leave(&child);
	return 0;
}

const struct verb verb_run = {
	"run", "ID", "Make a container, run its command, delete it", 1, run,
};
