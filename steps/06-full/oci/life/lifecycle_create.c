/* Chapter 6: the beginning of a container's life (lifecycle.h). */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "cgroup_owner.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "container_hooks.h"
#include "container_network.h"
#include "container_spawn.h"
#include "fail.h"
#include "lifecycle.h"
#include "pidfd_socket.h"
#include "process.h"
#include "shared_pids.h"
#include "sync.h"
#include "systemd.h"

/*
 * Copies a variable, since a process that enters a container wipes its environment. Returns NULL if
 * there is no such variable.
 */
static char *copy_variable(const char *name)
{
	const char *value = getenv(name);

	return value ? strdup(value) : NULL;
}

int lifecycle_load(const struct request *request, struct config *config)
{
	const char *path = request->config;
	char *in_bundle;

	config->bundle = realpath(request->bundle, NULL);
	if (!config->bundle)
		return fail("bundle %s", request->bundle);
	if (!path) {
		if (asprintf(&in_bundle, "%s/config.json", config->bundle) < 0)
			return fail("asprintf");
		path = in_bundle;
	}
	if (config_load(path, config) < 0)
		return -1;
	if (!config->command.argv && !request->waits_for_start)
		return fail_input("process: must be there, with the command to execute");
	if (!config_has_users(config))
		capabilities_warn(&config->capabilities);
	return 0;
}

/* Adds the options of the verb to the configuration. */
static int add_request(const struct request *request, struct config *config)
{
	config->keep_keyring = request->no_new_keyring;
	config->rootfs.chroot = request->no_pivot;
	config->listen_fds = process_listening();
	config->listen_fdnames = copy_variable("LISTEN_FDNAMES");
	config->preserve_fds = config->listen_fds + (unsigned int)request->preserve_fds;
	return lifecycle_console(&config->console, request->console_socket, request->foreground);
}

/* Fills the state with what later verbs need of the configuration. */
static void describe(const struct config *config, struct state *state)
{
	state->bundle = config->bundle;
	state->rootfs = config->rootfs.path;
	state->annotations = config->annotations;
	state->lacks_process = !config->command.argv;
	state->shares_pids = !(config->namespaces & CLONE_NEWPID);
	for (int kind = 0; kind < HOOK_KINDS; kind++)
		state->has_hooks = state->has_hooks || config->hooks.count[kind];
}

/*
 * Makes the cgroup without limits, which are written later: the placeholder process of a systemd
 * scope must not count as one of the container's.
 */
static int make_cgroup(struct config *config, const struct request *request, struct state *state,
		       struct scope *scope)
{
	unsigned int needed = limits_controllers(&config->cgroup.limits);
	bool with_named = mounts_find(&config->mounts, "cgroup") < config->mounts.count ||
		mounts_find(&config->mounts, "cgroup2") < config->mounts.count;
	const char *path;

	if (request->manager == MANAGER_NONE)
		return config->cgroup.limits.count
			? fail_input("%s: no limit is kept without a cgroup",
				     config->cgroup.limits.list[0].name)
			: cgroup_path_require_devices(&config->cgroup);
	if (request->manager == MANAGER_CGROUPFS) {
		path = cgroup_path_choose(config->cgroup_path, state->id);
		if (!path)
			return -1;
		state->cgroup = path;
		return cgroup_path_create(&config->cgroup, path,
					  path == config->cgroup_path ? CLAIM_SHARED : CLAIM_ALONE,
					  needed, with_named);
	}
	if (systemd_name(scope, config->cgroup_path, state->id) < 0)
		return -1;
	path = systemd_start(scope, state->id, config->annotations);
	if (!path)
		return -1;
	state->unit = scope->unit;
	state->cgroup = path;
	return cgroup_path_create(&config->cgroup, path, CLAIM_MADE, needed, with_named);
}

/* No cgroup may be written to. Limits are refused later. */
static void stay_in_callers_cgroup(const struct config *config, struct state *state)
{
	if (config->cgroup_path && *state->cgroup && !config->cgroup.limits.count)
		fail_warn("linux.cgroupsPath: %s: no cgroup may be made here, so the container "
			  "stays in the one of its caller",
			  config->cgroup_path);
	state->cgroup = "";
}

/* Runs the host side's hooks, when the namespaces are made and the root is not entered yet. */
static int run_create_hooks(const struct container *container, struct state *state)
{
	autofree char *text = NULL;

	if (!container_has_hooks(container))
		return 0;
	if (sync_expect(container->child) < 0)
		return -1;
	text = state_text(state, JSON_COMPACT);
	if (!text)
		return fail_input("state of %s: no memory", state->id);
	state->hooks_began = true;
	if (hooks_run(&container->config.hooks, HOOK_PRESTART, text) < 0)
		return -1;
	if (hooks_run(&container->config.hooks, HOOK_CREATE_RUNTIME, text) < 0)
		return -1;
	return sync_send_text(container->child, text);
}

/* A path may lead to another directory later, so the state keeps the identity of each one. */
static void identify_directories(const struct container *container, struct state *state)
{
	autofd int rdt = *state->rdt ? open(state->rdt, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	state->directories = (struct directory_ids){ 0 };
	for (int i = 0; i < container->config.cgroup.hierarchy_count; i++)
		directory_ids_add(&state->directories,
				  container->config.cgroup.hierarchies[i].directory);
	directory_ids_add(&state->directories, rdt);
}

/*
 * If this process is killed, the next verb finds the child in the state and removes what is left.
 * Until the state is written the child ends with this process: the child mounts, and waits for a
 * message of this process.
 */
static int record(const struct container *container, const struct request *request,
		  struct state *state)
{
	int ended = state_set_process(state, container->child->pid);

	if (ended < 0)
		return -1;
	if (ended)
		return sync_expect(container->child); /* the child failed and sends the reason */
	if (state_keep_config(state, container->config.text) < 0)
		return -1;
	identify_directories(container, state);
	if (state_announce(state, request->waits_for_start ? STATUS_CREATED : STATUS_RUNNING) < 0)
		return -1;
	/*
	 * From here on this verb waits for hooks and for the container. `delete --force` must be
	 * able to end that.
	 */
	state_unlock(state);
	return 0;
}

/* Keeps the state for startContainer hooks, which run in a process that is made later. */
static int keep_state(struct container *container, const struct state *state)
{
	if (!container->config.hooks.count[HOOK_START_CONTAINER])
		return 0;
	container->state = state_text(state, JSON_COMPACT);
	return container->state ? 0 : fail_input("state of %s: no memory", state->id);
}

/*
 * The process that has made the container is not in the PID namespace, which belongs to another
 * container. The process of the command, which is in it, replaces the maker now, also in the state,
 * and the maker ends.
 */
static int enter_pid_namespace(struct container *container, const struct request *request,
			       struct state *state)
{
	struct child *child = container->child;
	autochild struct child maker = CHILD_NONE;
	int ended;

	if (keep_state(container, state) < 0)
		return -1;
	if (shared_pids_spawn(container, &maker) < 0)
		return -1;
	ended = state_set_process(state, child->pid);
	if (ended)
		return ended < 0 ? -1 : sync_expect(child);
	if (*state->rdt_class && rdt_join(state->rdt_class, state->rdt_group, child->pid) < 0)
		return -1;
	if (state_lock(state) != 0)
		return fail_input("container %s was deleted while it was made", state->id);
	if (state_announce(state, request->waits_for_start ? STATUS_CREATED : STATUS_RUNNING) < 0)
		return -1;
	state_unlock(state);
	return child_release(child);
}

/* Does the rest of the creation, when there is a first process. */
static int bring_up(struct container *container, const struct request *request, struct state *state)
{
	struct child *child = container->child;

	if (container_move_devices(container) < 0)
		return -1;
	if (child_release(child) < 0)
		return -1;
	if (container_hand_over_network(container) < 0)
		return -1;
	if (record(container, request, state) < 0)
		return -1;
	if (run_create_hooks(container, state) < 0)
		return -1;
	if (child_release(child) < 0)
		return -1;
	if (container->config.joined.pids >= 0 &&
	    enter_pid_namespace(container, request, state) < 0)
		return -1;
	if (lifecycle_listen(container, state) < 0)
		return -1;
	if (!request->waits_for_start)
		return 0;
	if (sync_expect(child) < 0)
		return -1;
	if (pidfd_socket_send(request->pidfd_socket, child->pidfd, "standard") < 0)
		return -1;
	return lifecycle_reach(state, STATUS_CREATED, request->pid_file);
}

static int apply_rdt(const struct rdt *rdt, pid_t pid, struct state *state)
{
	autofree char *root = rdt->is_set ? rdt_find() : NULL;
	struct rdt_place place = { 0 };
	int result;

	if (!rdt->is_set)
		return 0;
	result = root ? rdt_apply(rdt, root, state->id, pid, &place) : -1;
	state->rdt = place.made ? place.made : "";
	state->rdt_class = place.class ? place.class : "";
	state->rdt_group = place.group ? place.group : "";
	return result;
}

static int create(const struct request *request, struct container *container, struct child *child,
		  struct state *state, struct scope *scope)
{
	struct config *config = &container->config;

	child->detached = true;
	describe(config, state);
	if (add_request(request, config) < 0)
		return -1;
	if (sd_notify_offer(config, state) < 0)
		return -1;
	if (!request->waits_for_start && sd_notify_listen(&container->sd_notify, state) < 0)
		return -1;
	if (container_prepare(container, child) < 0)
		return -1;
	if (container_open(container) < 0)
		return -1;
	if (make_cgroup(config, request, state, scope) < 0)
		return -1;
	/* Without root there may be no cgroup, if no limit was asked for. */
	if (config->cgroup.hierarchy_count == 0)
		stay_in_callers_cgroup(config, state);
	if (cgroup_is_frozen(&config->cgroup))
		return fail_input("linux.cgroupsPath: %s: a cgroup above the container's is "
				  "frozen, in which no process begins",
				  state->cgroup);
	if (config->namespaces & CLONE_NEWCGROUP &&
	    !namespaces_join(&config->joined, CLONE_NEWUSER) &&
	    cgroup_owner_set(&config->cgroup, &config->mounts, &config->userns, config->user.uid) <
		    0)
		return -1;
	if (request->waits_for_start && exec_fifo_make(&container->exec_fifo, state->directory) < 0)
		return -1;
	if (container_spawn(container) < 0)
		return scope->placeholder ? systemd_explain_spawn(scope) : -1;
	if (scope->placeholder && systemd_adopt(scope, child->pid) < 0)
		return -1;
	if (lifecycle_limit(state, &config->cgroup.limits, &config->cgroup) < 0)
		return -1;
	if (apply_rdt(&config->rdt, child->pid, state) < 0)
		return -1;
	return bring_up(container, request, state);
}

/* Removes what was made. The caller must hold the lock. */
static void undo(const struct container *container, struct state *state)
{
	identify_directories(container, state);
	lifecycle_remove_cgroup(state, cgroup_path_discard);
	state_remove(state);
	if (!state->hooks_began)
		return;
	fail_forget();
	lifecycle_run_stop_hooks(&container->config.hooks, state);
}

int lifecycle_create(const char *root, const struct request *request, struct container *container,
		     struct child *child, struct state *state)
{
	struct scope scope = { 0 };
	struct failure failure;

	if (state_make(state, root, request->id) < 0)
		return -1;
	if (create(request, container, child, state, &scope) == 0)
		return 0;
	resources_explain_kill(&container->config.cgroup.limits, &container->config.cgroup);
	failure = *fail_get();
	systemd_release(&scope);
	child_cleanup(child);
	*child = CHILD_NONE;
	fail_forget();
	if (state_lock(state) == 0) /* or else it was deleted meanwhile */
		undo(container, state);
	return fail_set(&failure);
}
