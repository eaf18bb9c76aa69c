#include "container.h"

#include <sched.h>
#include <unistd.h>

#include "bundle.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "log.h"
#include "loopback.h"
#include "mount.h"
#include "netns.h"
#include "proc.h"
#include "process.h"
#include "self_exe.h"
#include "shared_pids.h"
#include "signals.h"
#include "spawn.h"
#include "stage.h"
#include "sync.h"
#include "userns_rootfs.h"

/* The root file system, complete before it is entered. */
static int enter_rootfs(struct container *container)
{
	autofd int root = rootfs_open(&container->rootfs);

	if (root < 0)
		return -1;
	if (proc_mount(root) < 0)
		return -1;
	if (container_enter_network(container) < 0)
		return -1;
	if (rootfs_populate(&container->rootfs, root) < 0)
		return -1;
	if (device_populate(&container->cgroup.devices, root) < 0)
		return -1;
	if (cgroup_mount(&container->cgroup, root) < 0)
		return -1;
	if (masked_paths_cover(&container->masked_paths, root) < 0)
		return -1;
	return rootfs_enter(&container->rootfs, root);
}

/* Who it is. The names are looked up in the container's own files. */
static int resolve_user(struct container *container)
{
	struct user *user = &container->user;

	if (user_resolve(user) < 0)
		return -1;
	if (user->text)
		capabilities_for_user(&container->capabilities, user->uid);
	return user_set_home(user, &container->command);
}

/*
 * Gives up what the command is not to have; each step needs rights that a later one takes away. A
 * filter for system calls needs CAP_SYS_ADMIN or no_new_privs: without this it has to come first,
 * and lets all that follows pass.
 */
static int lower_rights(struct container *container)
{
	if (scheduling_apply(&container->scheduling) < 0)
		return -1;
	if (memory_policy_apply(&container->memory_policy) < 0)
		return -1;
	if (rlimits_set(&container->rlimits) < 0)
		return -1;
	if (capabilities_limit(&container->capabilities) < 0)
		return -1;
	if (!container->no_new_privileges && seccomp_filter_load(&container->seccomp) < 0)
		return -1;
	if (user_become(&container->user) < 0)
		return -1;
	if (child_die_with_host(container->child) < 0)
		return -1;
	if (capabilities_apply(&container->capabilities) < 0)
		return -1;
	if (!container->no_new_privileges)
		return 0;
	if (no_new_privileges_set() < 0)
		return -1;
	return seccomp_filter_load(&container->seccomp);
}

/* From here on files of the container are read, which may be links into /proc/self/fd. */
int container_execute(struct container *container)
{
	if (process_close_ours(container) < 0)
		return -1;
	if (resolve_user(container) < 0)
		return -1;
	if (console_open(&container->console, container->child, container->user.uid) < 0)
		return -1;
	if (container->oci && mounts_finish(&container->mounts) < 0)
		return -1;
	if (container->oci && process_enter_directory(container) < 0)
		return -1;
	signals_reset();
	if (lower_rights(container) < 0)
		return -1;
	if (container->oci)
		return process_execute(container);
	return init_exec(&container->init, &container->command);
}

bool container_has_users(const struct container *container)
{
	return container->namespaces & CLONE_NEWUSER ||
		namespaces_join(&container->joined, CLONE_NEWUSER);
}

bool container_has_hooks(const struct container *container)
{
	const size_t *count = container->hooks.count;

	return count[HOOK_PRESTART] || count[HOOK_CREATE_RUNTIME] || count[HOOK_CREATE_CONTAINER] ||
		count[HOOK_START_CONTAINER];
}

int container_set_state(struct container *container, const char *text)
{
	json_t *state = text ? json_loads(text, 0, NULL) : NULL;

	container->state = NULL;
	if (state && json_object_set_new(state, "pid", json_integer(getpid())) == 0)
		container->state = json_dumps(state, JSON_COMPACT);
	if (state && json_object_set_new(state, "status", json_string("created")) == 0)
		container->state_at_start = json_dumps(state, JSON_COMPACT);
	json_decref(state);
	return container->state && container->state_at_start
		? 0
		: fail_input("state: no memory, or the host side has died");
}

int container_run_hooks(struct container *container)
{
	autofree char *state = NULL;

	if (!container_has_hooks(container))
		return 0;
	if (sync_reached(container->child) < 0)
		return -1;
	state = sync_receive_text(container->child);
	if (container_set_state(container, state) < 0)
		return -1;
	return hooks_run(&container->hooks, HOOK_CREATE_CONTAINER, container->state);
}

static int enter_cgroup(const struct container *container)
{
	bool is_new = container->namespaces & CLONE_NEWCGROUP;
	bool has_stage = bundle_needs_stage(container);

	if (!container->oci || (is_new && !has_stage))
		return cgroup_enter(&container->cgroup);
	if (!has_stage)
		return cgroup_path_enter(&container->cgroup);
	/* The stage has entered the cgroups. */
	return is_new && unshare(CLONE_NEWCGROUP) < 0 ? fail("unshare CLONE_NEWCGROUP") : 0;
}

int container_enter_network(struct container *container)
{
	if (!container->network_handed)
		return 0;
	container->network_handed = false;
	return netns_enter(container->child);
}

/* In the new namespaces, in the order that the kernel wants. */
static int inside(void *argument)
{
	struct container *container = argument;

	log_stage("child process in init()");
	if (self_exe_undumpable() < 0)
		return -1;
	if (enter_cgroup(container) < 0)
		return -1;
	if (container->oci)
		scheduling_reset_cpus();
	if (container->oci && bundle_begin(container) < 0)
		return -1;
	if (userns_enter(&container->userns, container->child) < 0)
		return -1;
	if ((container->oci ? bundle_leave_peers() : mount_private()) < 0)
		return -1;
	if (uts_set(&container->uts) < 0)
		return -1;
	if (container->loopback && loopback_up() < 0)
		return -1;
	if (container->sysctls.count && container_enter_network(container) < 0)
		return -1;
	if (sysctls_write(&container->sysctls) < 0)
		return -1;
	if ((container->oci ? bundle_enter(container) : enter_rootfs(container)) < 0)
		return -1;
	/* From here on it may live longer than the host side: its state is written. */
	if (container->oci && child_await_release(container->child) < 0)
		return -1;
	if (container->oci && container->joined.pids >= 0)
		return shared_pids_leave(container);
	return container_execute(container);
}

/*
 * Who makes its network namespace: the host side, while the container mounts; but if it is to
 * belong to another user namespace, only the container can. And as root of a user namespace, the
 * host side could not come back.
 */
static void choose_network(struct container *container)
{
	bool is_hosts;

	if (!(container->namespaces & CLONE_NEWNET))
		return;
	is_hosts = !(container->namespaces & CLONE_NEWUSER) &&
		!namespaces_join(&container->joined, CLONE_NEWUSER) && !userns_is_ours();
	container->network_handed = is_hosts || container->net.mode == NET_BRIDGE;
	container->loopback = !is_hosts;
	if (is_hosts)
		container->namespaces &= ~(uint64_t)CLONE_NEWNET;
}

int container_prepare(struct container *container, struct child *child)
{
	container->child = child;
	container->rootless = geteuid() != 0;
	job_defer_signals(&child->job);
	if (console_prepare(&container->console, child) < 0)
		return -1;
	if (userns_prepare(&container->userns) < 0)
		return -1;
	if (console_share(&container->console, &container->userns) < 0)
		return -1;
	if (container->userns.mode == USERNS_MAPPED)
		container->namespaces |= CLONE_NEWUSER;
	choose_network(container);
	if (container->oci)
		return bundle_open(container);
	return userns_prepare_rootfs(&container->userns, &container->rootfs,
				     &container->cgroup.devices, !container->loopback);
}

int container_spawn(struct container *container)
{
	/* clone3 does not take these two: a time namespace needs offsets first, a cgroup namespace
	 * the cgroups. */
	const uint64_t namespaces =
		container->namespaces & ~(uint64_t)(CLONE_NEWCGROUP | CLONE_NEWTIME);
	struct child *child = container->child;

	child->cgroup = cgroup_directory(&container->cgroup);
	child->job.has_init = container->init.wanted;
	if (container->oci && bundle_open_cgroup(container) < 0)
		return -1;
	log_stage("nsexec container setup");
	if ((bundle_needs_stage(container)
		     ? stage_spawn(child, bundle_enter_stage, namespaces, inside, container)
		     : child_spawn(child, namespaces, inside, container)) < 0)
		return -1;
	if (scheduling_set_oom(&container->scheduling, child->pid) < 0)
		return -1;
	if (userns_map(&container->userns, child->pid) < 0)
		return -1;
	if (mounts_map(&container->mounts, child->pid) < 0)
		return -1;
	return userns_shift_rootfs(&container->userns, &container->rootfs, child->pid);
}
