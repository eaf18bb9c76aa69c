#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "ids.h"
#include "exec.h"
#include "exec_cgroup.h"
#include "lsm.h"
#include "lifecycle.h"
#include "pid_file.h"
#include "pidfd_socket.h"
#include "process.h"
#include "sync.h"
#include "verbs.h"

struct wanted {
	const char *process, *cwd, *user, *pid_file, *console_socket, *pidfd_socket;
	struct lsm labels;
	struct verb_texts environment, capabilities, additional_gids, cgroups;
	int64_t preserve_fds;
	bool detach, terminal, no_new_privileges, ignore_paused;
	json_t *object; /* the content of the file `process` */
};

/* Reads "UID[:GID]". As in config.json, names are not looked up. */
static int set_user(struct user *user, const char *text)
{
	bool is_read = strchr(text, ':') ? ids_read_pair(text, USER_ID_MAX, &user->uid, &user->gid)
					 : ids_read(text, USER_ID_MAX, &user->uid);

	return is_read ? 0
		       : fail_input("exec --user %s: must be UID or UID:GID, numbers from 0 to %u",
				    text, USER_ID_MAX);
}

static int add_groups(struct user *user, const struct verb_texts *texts)
{
	gid_t *grown =
		reallocarray(user->groups, user->group_count + texts->count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	user->groups = grown;
	for (size_t i = 0; i < texts->count; i++)
		if (!ids_read(texts->list[i], USER_ID_MAX, &grown[user->group_count++]))
			return fail_input("exec --additional-gids %s: must be the number of a "
					  "group, from 0 to %u",
					  texts->list[i], USER_ID_MAX);
	return 0;
}

/* Each variable replaces the container's variable of that name. */
static int add_environment(struct command *command, const struct verb_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		char *variable = (char *)texts->list[i];

		if (!command_is_variable(variable))
			return fail_input("exec --env %s: must be NAME=VALUE", variable);
		if (command_set_variable(command, variable) < 0)
			return -1;
		command->home_asked |= strncmp(variable, "HOME=", strlen("HOME=")) == 0;
	}
	return 0;
}

/* As in config.json, an unknown name is left out with a warning. */
static void add_capabilities(struct capabilities *capabilities, const struct verb_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		uint64_t bit = capabilities_by_name(texts->list[i]);

		if (!bit)
			fail_warn("exec --cap %s: unknown capability", texts->list[i]);
		capabilities->bounding |= bit;
		capabilities->effective |= bit;
		capabilities->permitted |= bit;
		/* As in runC, only if the configuration has inheritable capabilities at all. */
		if (capabilities->inheritable & ~CAPABILITIES_AS_HELD)
			capabilities->ambient |= bit;
	}
	capabilities_limit_ambient(capabilities);
}

static int set_labels(struct lsm *labels, const struct lsm *wanted)
{
	if (wanted->apparmor && !lsm_has_apparmor())
		return fail_input("exec --apparmor: this kernel has no AppArmor, or it is switched "
				  "off");
	if (wanted->selinux && !lsm_has_selinux())
		return fail_input("exec --process-label: this kernel has no SELinux, or it is "
				  "switched off");
	if (wanted->apparmor)
		labels->apparmor = wanted->apparmor;
	if (wanted->selinux)
		labels->selinux = wanted->selinux;
	return 0;
}

/* Without --process, the process is the container's own, changed by the options. */
static int change_process(const struct wanted *wanted, struct container *container, char **argv)
{
	container->config.command.argv = argv;
	container->config.console.terminal = wanted->terminal;
	if (wanted->cwd)
		container->config.command.workdir = wanted->cwd;
	if (wanted->no_new_privileges)
		container->config.no_new_privileges = true;
	if (wanted->user && set_user(&container->config.user, wanted->user) < 0)
		return -1;
	if (add_groups(&container->config.user, &wanted->additional_gids) < 0)
		return -1;
	if (set_labels(&container->config.lsm, &wanted->labels) < 0)
		return -1;
	add_capabilities(&container->config.capabilities, &wanted->capabilities);
	return add_environment(&container->config.command, &wanted->environment);
}

static int load(const struct wanted *wanted, const struct state *state, struct container *container,
		char **argv)
{
	container->config.bundle = state->bundle;
	if (config_load(state_config(state), &container->config) < 0)
		return -1;
	if ((wanted->process
		     ? config_set_process(wanted->object, wanted->process, &container->config)
		     : change_process(wanted, container, argv)) < 0)
		return -1;
	if (!container->config.command.argv || !container->config.command.argv[0])
		return fail_input("exec: a command is missing");
	if (!config_has_users(&container->config))
		capabilities_warn(&container->config.capabilities);
	container->config.preserve_fds = (unsigned int)wanted->preserve_fds;
	container->config.console.is_exec = true;
	return lifecycle_console(&container->config.console, wanted->console_socket,
				 !wanted->detach);
}

/* No other cgroup is tried, since the caller has named this one. */
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
	struct exec exec = {
		.container = container, .pidfd = pidfd, .pid = state->pid, .pids = -1
	};

	if (pidfd < 0)
		return fail_input("cannot exec: container not running");
	if (exec_cgroup_open(&container->config.cgroup, state, wanted->cgroups.list) < 0)
		return -1;
	job_defer_signals(&child->job);
	if (console_prepare(&container->config.console, child) < 0)
		return -1;
	child->detached = true;
	if (exec_spawn(&exec, child) < 0)
		return wanted->cgroups.list && errno == EBUSY ? refuse_busy(state) : -1;
	if (*state->rdt_class && rdt_join(state->rdt_class, state->rdt_group, child->pid) < 0)
		return -1;
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
	autocgroup struct cgroup *cgroup = &container.config.cgroup;
	autostate struct state state = STATE_NONE;

	(void)cgroup;
	/* The state is not locked: exec does not change it, and may wait for long. */
	if (state_open(&state, runtime->root, id, false) != 0)
		return -1;
	if (wanted->ignore_paused)
		statuses |= 1 << STATUS_PAUSED;
	else if (state.status == STATUS_PAUSED)
		return fail_input("cannot exec in a paused container; resume %s first", id);
	if (state_require(&state, statuses, "exec") < 0)
		return -1;
	if (state_find_cgroup(&state) < 0)
		return -1;
	if (load(wanted, &state, &container, argv) < 0)
		return -1;
	if (spawn(wanted, &state, &container, &child) < 0)
		return -1;
	if (sync_await_exec(&child) < 0)
		return -1;
	if (pidfd_socket_send(wanted->pidfd_socket, child.pidfd, "setns") < 0)
		return -1;
	if (pid_file_write(-1, wanted->pid_file, child.pid) < 0)
		return -1;
	if (!wanted->detach)
		return child_wait(&child);
	child.pid = 0; /* the command goes on without this process */
	return 0;
}

static int exec(const struct runtime *runtime, const struct verb *verb, char **words)
{
	struct wanted wanted = { 0 };
	bool ignored = false;
	const struct verb_option options[] = {
		{ "process", 'p', "FILE", VALUE_TEXT, &wanted.process,
		  "Run the process that this file describes, as config.json would" },
		{ "env", 'e', "NAME=VALUE", VALUE_TEXTS, &wanted.environment, "Set a variable" },
		{ "cwd", 'w', "DIR", VALUE_TEXT, &wanted.cwd,
		  "Start the command in this directory" },
		{ "user", 'u', "UID[:GID]", VALUE_TEXT, &wanted.user, "Run as this user" },
		{ "additional-gids", 'g', "GID", VALUE_TEXTS, &wanted.additional_gids,
		  "Add a supplementary group" },
		{ "tty", 't', NULL, VALUE_NONE, &wanted.terminal, "Give the command a terminal" },
		{ "detach", 'd', NULL, VALUE_NONE, &wanted.detach,
		  "Do not wait for the command's end" },
		{ "cap", 'c', "CAP", VALUE_TEXTS, &wanted.capabilities, "Add a capability" },
		{ "no-new-privs", 0, NULL, VALUE_NONE, &wanted.no_new_privileges,
		  "Set no_new_privs: no program gives more rights" },
		{ "apparmor", 0, "PROFILE", VALUE_TEXT, &wanted.labels.apparmor,
		  "Run under this AppArmor profile" },
		{ "process-label", 0, "LABEL", VALUE_TEXT, &wanted.labels.selinux,
		  "Run with this SELinux label" },
		{ "pid-file", 0, "FILE", VALUE_TEXT, &wanted.pid_file,
		  "Write the command's pid to this file" },
		{ "console-socket", 0, "SOCKET", VALUE_TEXT, &wanted.console_socket,
		  "Send the terminal's master there" },
		{ "pidfd-socket", 0, "SOCKET", VALUE_TEXT, &wanted.pidfd_socket,
		  "Send a descriptor of the process there" },
		{ "cgroup", 0, "[CONTROLLER,...:]PATH", VALUE_TEXTS, &wanted.cgroups,
		  "Run in this cgroup below the container's" },
		{ "preserve-fds", 0, "NUMBER", VALUE_NUMBER, &wanted.preserve_fds,
		  "Let the command inherit so many descriptors above 2" },
		{ "no-subreaper", 0, NULL, VALUE_NONE, &ignored,
		  "Ignored: no verb is a subreaper" },
		{ "ignore-paused", 0, NULL, VALUE_NONE, &wanted.ignore_paused,
		  "In a paused container, wait until it is resumed" },
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, -1);

	if (!operands)
		return -1;
	/* The file is read before descriptors are closed: a shell's <(...) is /dev/fd/63. */
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
