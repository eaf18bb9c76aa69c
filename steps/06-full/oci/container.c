#include "container.h"

#include <sched.h>
#include <unistd.h>

#include "bundle.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "loopback.h"
#include "mount.h"
#include "narrate.h"
#include "netns.h"
#include "proc.h"
#include "process.h"
#include "protect.h"
#include "spawn.h"
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
	if (paths_cover(&container->paths, root) < 0)
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
	if (rlimits_set(&container->rlimits) < 0)
		return -1;
	if (capabilities_limit(&container->capabilities) < 0)
		return -1;
	if (!container->no_new_privileges && filter_load(&container->filter) < 0)
		return -1;
	if (user_become(&container->user) < 0)
		return -1;
	if (child_die_with_host(container->child) < 0)
		return -1;
	if (capabilities_apply(&container->capabilities) < 0)
		return -1;
	if (!container->no_new_privileges)
		return 0;
	if (filter_no_new_privileges() < 0)
		return -1;
	return filter_load(&container->filter);
}

int container_execute(struct container *container)
{
	if (resolve_user(container) < 0)
		return -1;
	if (console_open(&container->console, container->child, container->user.uid) < 0)
		return -1;
	if (container->oci && mounts_finish(&container->mounts) < 0)
		return -1;
	if (container->oci && process_close_ours(container) < 0)
		return -1;
	if (container->oci && process_enter_directory(container) < 0)
		return -1;
	if (lower_rights(container) < 0)
		return -1;
	if (container->oci)
		return process_execute(container);
	return init_exec(&container->init, &container->command);
}

bool container_has_hooks(const struct container *container)
{
	const size_t *count = container->hooks.count;

	return count[HOOK_PRESTART] || count[HOOK_CREATE_RUNTIME] || count[HOOK_CREATE_CONTAINER] ||
		count[HOOK_START_CONTAINER];
}

/* For hooks in the container: the pid is the one that it has there. Returns the text or NULL. */
static char *hear_state(const struct child *child)
{
	autofree char *heard = child_hear(child);
	json_t *state = heard ? json_loads(heard, 0, NULL) : NULL;
	char *text = NULL;

	if (state && json_object_set_new(state, "pid", json_integer(getpid())) == 0)
		text = json_dumps(state, JSON_COMPACT);
	json_decref(state);
	return text;
}

int container_run_hooks(struct container *container)
{
	if (!container_has_hooks(container))
		return 0;
	if (child_reached(container->child) < 0)
		return -1;
	container->state = hear_state(container->child);
	if (!container->state)
		return fail_input("state: no memory, or the host side has died");
	return hooks_run(&container->hooks, HOOK_CREATE_CONTAINER, container->state);
}

static int enter_cgroup(const struct container *container)
{
	bool is_new = container->namespaces & CLONE_NEWCGROUP;

	if (!container->oci || (is_new && !container->child->between))
		return cgroup_enter(&container->cgroup);
	if (!container->child->between)
		return cgroup_path_enter(&container->cgroup);
	/* The process in between has entered them for us. */
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

	narrate("runC: child process in init()");
	if (protect_process() < 0)
		return -1;
	if (enter_cgroup(container) < 0)
		return -1;
	if (container->oci && bundle_begin(container) < 0)
		return -1;
	if (userns_enter(&container->userns, container->child) < 0)
		return -1;
	if (mount_private() < 0)
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
	if (container->oci && child_await(container->child) < 0)
		return -1;
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
	child_defer_signals(child);
	if (console_prepare(&container->console, child) < 0)
		return -1;
	if (userns_prepare(&container->userns) < 0)
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
	struct child *child = container->child;

	child->cgroup = cgroup_directory(&container->cgroup);
	if (container->oci && bundle_open_cgroup(container) < 0)
		return -1;
	narrate("runC: nsexec container setup");
	if (bundle_needs_between(container))
		child->between = bundle_between;
	/* Two of them are not entered in the moment of the fork: the cgroups come first, or last.
	 */
	if (child_spawn(child, container->namespaces & ~(uint64_t)(CLONE_NEWCGROUP | CLONE_NEWTIME),
			inside, container) < 0)
		return -1;
	if (scheduling_set_oom(&container->scheduling, child->pid) < 0)
		return -1;
	if (userns_map(&container->userns, child->pid) < 0)
		return -1;
	if (mounts_map(&container->mounts, child->pid) < 0)
		return -1;
	return userns_shift_rootfs(&container->userns, &container->rootfs, child->pid);
}
