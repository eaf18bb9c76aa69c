#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "join.h"
#include "join_cgroup.h"
#include "labels.h"
#include "lifecycle.h"
#include "process.h"
#include "verbs.h"

struct wanted {
	const char *process, *cwd, *user, *pid_file, *console_socket;
	struct labels labels;
	struct verb_texts environment, capabilities, additional_gids, cgroups;
	int64_t preserve_fds;
	bool detach, terminal, no_new_privileges, ignore_paused;
	json_t *object; /* what is in the file `process` */
};

/* "UID[:GID]": names are not looked up, as in config.json. */
static int set_user(struct user *user, const char *text)
{
	char *end;

	user->uid = (uid_t)strtoul(text, &end, 10);
	if (end != text && *end == ':') {
		text = end + 1;
		user->gid = (gid_t)strtoul(text, &end, 10);
	}
	return end == text || *end ? fail_input("exec --user: must be UID or UID:GID") : 0;
}

static int add_groups(struct user *user, const struct verb_texts *texts)
{
	gid_t *grown =
		reallocarray(user->groups, user->group_count + texts->count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	user->groups = grown;
	for (size_t i = 0; i < texts->count; i++)
		grown[user->group_count++] = (gid_t)strtoul(texts->list[i], NULL, 10);
	return 0;
}

/* Each takes the place of the container's own of that name. */
static int add_environment(struct command *command, const struct verb_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		char *variable = (char *)texts->list[i];

		if (!strchr(variable, '='))
			return fail_input("exec --env %s: must be NAME=VALUE", variable);
		if (command_set_variable(command, variable) < 0)
			return -1;
		command->home_asked |= strncmp(variable, "HOME=", strlen("HOME=")) == 0;
	}
	return 0;
}

/* As in config.json, a name that nobody knows is left out with a warning. */
static void add_capabilities(struct capabilities *capabilities, const struct verb_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		uint64_t bit = capabilities_by_name(texts->list[i]);

		if (!bit)
			fail_warn("exec --cap %s: unknown capability", texts->list[i]);
		capabilities->bounding |= bit;
		capabilities->effective |= bit;
		capabilities->permitted |= bit;
	}
}

static int set_labels(struct labels *labels, const struct labels *wanted)
{
	if (wanted->apparmor && !labels_has_apparmor())
		return fail_input("exec --apparmor: this kernel has no AppArmor, or it is switched "
				  "off");
	if (wanted->selinux && !labels_has_selinux())
		return fail_input("exec --process-label: this kernel has no SELinux, or it is "
				  "switched off");
	if (wanted->apparmor)
		labels->apparmor = wanted->apparmor;
	if (wanted->selinux)
		labels->selinux = wanted->selinux;
	return 0;
}

/* Without a file, the process is the container's own but for what the options say. */
static int change_process(const struct wanted *wanted, struct container *container, char **argv)
{
	container->command.argv = argv;
	container->console.terminal = wanted->terminal;
	if (wanted->cwd)
		container->command.workdir = wanted->cwd;
	if (wanted->no_new_privileges)
		container->no_new_privileges = true;
	if (wanted->user && set_user(&container->user, wanted->user) < 0)
		return -1;
	if (add_groups(&container->user, &wanted->additional_gids) < 0)
		return -1;
	if (set_labels(&container->labels, &wanted->labels) < 0)
		return -1;
	add_capabilities(&container->capabilities, &wanted->capabilities);
	return add_environment(&container->command, &wanted->environment);
}

static int load(const struct wanted *wanted, const struct state *state, struct container *container,
		char **argv)
{
	container->bundle = state->bundle;
	if (config_load(state_config(state), container) < 0)
		return -1;
	if ((wanted->process ? config_set_process(wanted->object, wanted->process, container)
			     : change_process(wanted, container, argv)) < 0)
		return -1;
	if (!container->command.argv || !container->command.argv[0])
		return fail_input("exec: a command is missing");
	container->preserved = (unsigned int)wanted->preserve_fds;
	container->console.another = true;
	return lifecycle_console(&container->console, wanted->console_socket, !wanted->detach);
}

/* A named one is not left for another, as join_cgroup_open() does where none is named. */
static int refuse_busy(const struct state *state)
{
	fail_forget();
	return fail_input("exec --cgroup: adding pid of the command to cgroups: %s/cgroup.procs: "
			  "device or resource busy; its children have controllers",
			  state->cgroup);
}

static int spawn(const struct wanted *wanted, const struct state *state,
		 struct container *container, struct child *child)
{
	autofd int pidfd = state_open_process(state);
	struct join join = { .container = container, .pidfd = pidfd, .pid = state->pid };

	if (pidfd < 0)
		return fail_input("cannot exec: container not running");
	if (join_cgroup_open(&container->cgroup, state->cgroup, state->pid, wanted->cgroups.list) <
	    0)
		return -1;
	child_defer_signals(child);
	if (console_prepare(&container->console, child) < 0)
		return -1;
	child->detached = true;
	if (join_spawn(&join, child) < 0)
		return wanted->cgroups.list && errno == EBUSY ? refuse_busy(state) : -1;
	if (child_release(child) < 0)
		return -1;
	return lifecycle_listen(container, state);
}

static int execute(const struct runtime *runtime, const struct wanted *wanted, const char *id,
		   char **argv)
{
	static struct container container;
	unsigned int statuses = 1 << STATUS_CREATED | 1 << STATUS_RUNNING;
	autochild struct child child = CHILD_NONE;
	autocgroup struct cgroup *cgroup = &container.cgroup;
	autostate struct state state = STATE_NONE;

	(void)cgroup;
	/* Who waits for `resume` must not have the lock that it needs. */
	if (state_open(&state, runtime->root, id, !wanted->ignore_paused) != 0)
		return -1;
	if (wanted->ignore_paused)
		statuses |= 1 << STATUS_PAUSED;
	else if (state.status == STATUS_PAUSED)
		return fail_input("cannot exec in a paused container; resume %s first", id);
	if (state_require(&state, statuses, "exec") < 0)
		return -1;
	if (load(wanted, &state, &container, argv) < 0)
		return -1;
	if (spawn(wanted, &state, &container, &child) < 0)
		return -1;
	if (child_executed(&child) < 0)
		return -1;
	if (lifecycle_write_pid(wanted->pid_file, child.pid) < 0)
		return -1;
	state_close(&state); /* others may go on with the container now */
	state = (struct state)STATE_NONE;
	if (!wanted->detach)
		return child_wait(&child);
	child_leave(&child);
	return 0;
}

static int exec(const struct runtime *runtime, const struct verb *verb, char **words)
{
	struct wanted wanted = { 0 };
	const struct verb_option options[] = {
		{ "process p", VALUE_TEXT, &wanted.process, "a file with the process as JSON" },
		{ "env e", VALUE_TEXTS, &wanted.environment, "NAME=VALUE, one more variable" },
		{ "cwd w", VALUE_TEXT, &wanted.cwd, "the working directory" },
		{ "user u", VALUE_TEXT, &wanted.user, "UID or UID:GID" },
		{ "additional-gids g", VALUE_TEXTS, &wanted.additional_gids, "one more group" },
		{ "tty t", VALUE_NONE, &wanted.terminal, "a terminal of its own" },
		{ "detach d", VALUE_NONE, &wanted.detach, "do not wait for its end" },
		{ "cap c", VALUE_TEXTS, &wanted.capabilities, "one more capability" },
		{ "no-new-privs", VALUE_NONE, &wanted.no_new_privileges, "no_new_privs" },
		{ "apparmor", VALUE_TEXT, &wanted.labels.apparmor, "an AppArmor profile" },
		{ "process-label", VALUE_TEXT, &wanted.labels.selinux, "an SELinux label" },
		{ "pid-file", VALUE_TEXT, &wanted.pid_file, "where the pid is written" },
		{ "console-socket", VALUE_TEXT, &wanted.console_socket,
		  "where the terminal's master is sent" },
		{ "cgroup", VALUE_TEXTS, &wanted.cgroups,
		  "a cgroup below the container's; CONTROLLER:PATH" },
		{ "preserve-fds", VALUE_NUMBER, &wanted.preserve_fds,
		  "descriptors above 2 that it inherits" },
		{ "ignore-paused", VALUE_NONE, &wanted.ignore_paused,
		  "wait in a paused container until it is resumed" },
		{ NULL, VALUE_NONE, NULL, NULL },
	};
	char **operands = verb_read(verb, options, words, 1, -1);

	if (!operands)
		return -1;
	/* It may be one of those that are closed then: /dev/fd/63, which is a shell's <(...). */
	if (wanted.process && !(wanted.object = config_read_process(wanted.process)))
		return -1;
	if (process_close_callers((unsigned int)wanted.preserve_fds) < 0)
		return -1;
	if (log_narrate(&runtime->log) < 0)
		return -1;
	return execute(runtime, &wanted, operands[0], operands + 1);
}

const struct verb verb_exec = {
	"exec", "ID COMMAND [ARG...]", "Run one more command in a container", 255, exec,
};
