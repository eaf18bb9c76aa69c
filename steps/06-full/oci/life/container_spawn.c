#include "container_spawn.h"

#include <sched.h>
#include <unistd.h>

#include "cleanup.h"
#include "container_exec.h"
#include "container_hooks.h"
#include "container_network.h"
#include "container_rootfs.h"
#include "log.h"
#include "loopback.h"
#include "root.h"
#include "seccomp_cache.h"
#include "self_exe.h"
#include "shared_pids.h"
#include "shift.h"
#include "spawn.h"
#include "stage.h"

/* ---- In the container ---- */

/* True if the container's process has to be started by way of a stage (stage.h). */
static bool needs_stage(const struct config *config)
{
	for (int kind = 0; kind < NAMESPACE_KINDS; kind++)
		if (config->joined.paths[kind])
			return true;
	return config->namespaces & CLONE_NEWTIME;
}

/*
 * In the stage: enters the cgroups, which may be forbidden later; makes a time namespace; enters
 * the namespaces of other processes.
 */
static int enter_stage(void *argument)
{
	const struct container *container = argument;
	const struct config *config = &container->config;

	if (cgroup_enter(&config->cgroup) < 0)
		return -1;
	if (config->namespaces & CLONE_NEWTIME && namespaces_new_time(&config->joined) < 0)
		return -1;
	return namespaces_enter(&config->joined);
}

static int write_sysctls(struct container *container)
{
	const struct sysctls *sysctls = &container->config.sysctls;

	if (sysctls->count && container_enter_network(container) < 0)
		return -1;
	return sysctls_write(sysctls);
}

/* Runs in the new namespaces. Its calls are in the order that the kernel wants. */
static int inside(void *argument)
{
	struct container *container = argument;
	struct config *config = &container->config;
	autofd int root = -1;

	log_stage("child process in init()");
	if (self_exe_undumpable() < 0)
		return -1;
	if (!needs_stage(config) && cgroup_enter(&config->cgroup) < 0)
		return -1;
	if (config->namespaces & CLONE_NEWCGROUP && cgroup_unshare() < 0)
		return -1;
	if (!config->keep_cpus)
		scheduling_reset_cpus();
	if (container_begin(config) < 0)
		return -1;
	if (userns_enter(&config->userns, container->child) < 0)
		return -1;
	if (root_leave_peers() < 0)
		return -1;
	if (uts_set(&config->uts) < 0)
		return -1;
	if (config->namespaces & CLONE_NEWNET && loopback_up() < 0)
		return -1;
	if (write_sysctls(container) < 0)
		return -1;
	root = rootfs_build(container); /* enters the network before it mounts /sys */
	if (root < 0)
		return -1;
	if (container_run_hooks(container, root) < 0)
		return -1;
	/*
	 * Cover paths after the hooks, which may mount and write there: the root may become
	 * read-only.
	 */
	if (masked_paths_cover(&config->masked_paths, root) < 0)
		return -1;
	if (root_move(&config->rootfs, root) < 0)
		return -1;
	if (rootfs_enter(&config->rootfs, root) < 0)
		return -1;
	if (root_propagate(config->propagation) < 0)
		return -1;
	/* From here on the child may live longer than the host side: the state is written. */
	if (child_await_release(container->child) < 0)
		return -1;
	if (config->joined.pids >= 0)
		return shared_pids_leave(container);
	return container_execute(container);
}

/* ---- On the host ---- */

/*
 * The host side makes the network namespace while the container mounts. But only a process in a new
 * user namespace, the container, can make a network namespace that belongs to it. And a host side
 * that is root of a user namespace could not return from a network namespace that it makes.
 */
static void choose_network(struct container *container)
{
	struct config *config = &container->config;

	if (!(config->namespaces & CLONE_NEWNET))
		return;
	container->network_handed = container->hosts_users || config->network_is_given;
	if (container->hosts_users)
		config->namespaces &= ~(uint64_t)CLONE_NEWNET;
}

int container_prepare(struct container *container, struct child *child)
{
	struct config *config = &container->config;

	container->child = child;
	container->rootless = geteuid() != 0;
	job_defer_signals(&child->job);
	if (console_prepare(&config->console, child) < 0)
		return -1;
	if (userns_prepare(&config->userns) < 0)
		return -1;
	if (console_share(&config->console, &config->userns) < 0)
		return -1;
	if (config->userns.mode == USERNS_MAPPED)
		config->namespaces |= CLONE_NEWUSER;
	container->hosts_users = !config_has_users(config) && !userns_is_ours();
	choose_network(container);
	return 0;
}

int container_open(struct container *container)
{
	struct config *config = &container->config;

	if (seccomp_compile_once(&config->seccomp) < 0)
		return -1;
	if (seccomp_notify_prepare(&config->seccomp.listener) < 0)
		return -1;
	if (namespaces_open(&config->joined) < 0)
		return -1;
	return container_open_rootfs(container);
}

int container_spawn(struct container *container)
{
	/*
	 * clone3 does not take these two: a time namespace needs offsets first, a cgroup namespace
	 * the cgroups.
	 */
	const struct config *config = &container->config;
	const uint64_t namespaces =
		config->namespaces & ~(uint64_t)(CLONE_NEWCGROUP | CLONE_NEWTIME);
	struct child *child = container->child;

	child->cgroup = cgroup_directory(&config->cgroup);
	child->job.has_init = config->init.wanted;
	if (container_open_cgroup(container) < 0)
		return -1;
	log_stage("nsexec container setup");
	if ((needs_stage(config) ? stage_spawn(child, enter_stage, namespaces, inside, container)
				 : child_spawn(child, namespaces, inside, container)) < 0)
		return -1;
	if (scheduling_set_oom(&config->scheduling, child->pid) < 0)
		return -1;
	if (userns_map(&config->userns, child->pid) < 0)
		return -1;
	if (mounts_map(&config->mounts, child->pid) < 0)
		return -1;
	return shift_root(&config->userns, &config->rootfs, child->pid);
}
