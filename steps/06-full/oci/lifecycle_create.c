/* Chapter 6: the beginning of a container's life (lifecycle.h). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "lifecycle.h"
#include "netns.h"
#include "process.h"
#include "systemd.h"

/* Reads the configuration in the bundle's directory, which its relative paths start from. */
static int load(const struct request *request, struct container *container, struct state *state)
{
	char *bundle = realpath(request->bundle, NULL), *in_bundle;
	const char *config = request->config;

	if (!bundle)
		return fail("bundle %s", request->bundle);
	if (!config) {
		if (asprintf(&in_bundle, "%s/config.json", bundle) < 0)
			return fail("asprintf");
		config = in_bundle;
	}
	state->bundle = container->bundle = bundle;
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
	container->listening = process_listening();
	container->preserved = container->listening + (unsigned int)request->preserve_fds;
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

/* Its limits come later: the placeholder of a scope is not to count among its processes. */
static int make_cgroup(struct container *container, const struct request *request,
		       struct state *state, struct scope *scope)
{
	unsigned int needed = resources_controllers(&container->resources);
	const char *path;

	if (request->manager == MANAGER_NONE)
		return container->resources.count
			? fail_input("linux.resources.%s: no limit is kept without a cgroup",
				     container->resources.list[0].field)
			: 0;
	if (request->manager == MANAGER_CGROUPFS) {
		if (choose_cgroup(container->cgroup_path, state) < 0)
			return -1;
		return cgroup_path_create(&container->cgroup, state->cgroup,
					  state->cgroup == container->cgroup_path ? CLAIM_SHARED
										  : CLAIM_ALONE,
					  needed);
	}
	if (systemd_name(scope, container->cgroup_path, state->id) < 0)
		return -1;
	path = systemd_start(scope, state->id, container->annotations);
	if (!path)
		return -1;
	state->unit = scope->unit;
	state->cgroup = path;
	return cgroup_path_create(&container->cgroup, state->cgroup, CLAIM_MADE, needed);
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

/* While the container mounts. */
static int hand_over_network(const struct container *container)
{
	autofd int namespace = -1;

	if (!container->network_handed)
		return 0;
	namespace = netns_create();
	return namespace < 0 ? -1 : netns_hand_over(namespace, container->child);
}

/*
 * Whoever removes what is left of us, if we are killed, finds the process in it. Until then the
 * process does not live longer than we do: it mounts, and waits for our word.
 */
static int record(const struct container *container, const struct request *request,
		  struct state *state)
{
	if (!state_set_process(state, container->child->pid))
		return child_expect(container->child); /* it has failed, and tells why */
	if (state_keep_config(state, container->config) < 0)
		return -1;
	return state_announce(state, request->gate ? STATUS_CREATED : STATUS_RUNNING);
}

/* From the moment when there is a process. */
static int bring_up(struct container *container, const struct request *request, struct state *state)
{
	struct child *child = container->child;

	if (child_release(child) < 0)
		return -1;
	if (hand_over_network(container) < 0)
		return -1;
	if (record(container, request, state) < 0)
		return -1;
	if (run_create_hooks(container, state) < 0)
		return -1;
	if (child_release(child) < 0)
		return -1;
	if (lifecycle_listen(container, state) < 0)
		return -1;
	if (!request->gate)
		return 0;
	if (child_expect(child) < 0)
		return -1;
	if (lifecycle_write_pid(request->pid_file, child->pid) < 0)
		return -1;
	return state_reach(state, STATUS_CREATED);
}

static int create(const struct request *request, struct container *container, struct child *child,
		  struct state *state, struct scope *scope)
{
	child->detached = true;
	if (load(request, container, state) < 0)
		return -1;
	if (notify_offer(container, state) < 0)
		return -1;
	if (!request->gate && notify_listen(&container->notify, state) < 0)
		return -1;
	if (container_prepare(container, child) < 0)
		return -1;
	if (make_cgroup(container, request, state, scope) < 0)
		return -1;
	/* Without root there may be none, if no limit was asked for. */
	if (container->cgroup.hierarchy_count == 0)
		state->cgroup = "";
	if (request->gate && gate_make(&container->gate, state->directory) < 0)
		return -1;
	if (container_spawn(container) < 0)
		return -1;
	if (scope->placeholder && systemd_take_over(scope, child->pid) < 0)
		return -1;
	if (lifecycle_limit(state, &container->resources, &container->cgroup) < 0)
		return -1;
	return bring_up(container, request, state);
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
	failure = *fail_get();
	systemd_let_go(&scope);
	child_cleanup(child);
	*child = (struct child)CHILD_NONE;
	lifecycle_remove_cgroup(state, cgroup_path_discard);
	if (request->pid_file)
		unlink(request->pid_file);
	state_remove(state);
	if (state->status == STATUS_CREATED) { /* its hooks had begun */
		fail_forget();
		lifecycle_run_stop_hooks(&container->hooks, state);
	}
	return fail_set(&failure);
}
