#include "exec.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "container_exec.h"
#include "container_hooks.h"
#include "fail.h"
#include "log.h"
#include "narrate.h"
#include "process.h"
#include "seccomp_cache.h"
#include "self_exe.h"
#include "stage.h"

/*
 * Enters the namespaces and the root of the container. Without root, only root of the user
 * namespace that owns a PID namespace may enter it: then the user namespace comes first, and the
 * PID namespace after it. The root of the mount namespace need not be the container's own: with
 * --no-pivot it is the host's.
 */
static int enter_container(const struct exec *exec)
{
	/*
	 * TODO 5: enter all of exec->namespaces by one call, setns(2) with exec->pidfd. If there
	 * are none, the call would fail. Failures: fail("setns of process %d", exec->pid).
	 *
	 * TODO 6: exec->pids is a PID namespace beside these, or -1. Try it before the others. If
	 * that fails, the user namespace may own it: try again after the others. When that fails as
	 * well: fail("setns of the PID namespace").
	 *
	 * TODO 7: make exec->root, a directory, the root of this process and its working directory.
	 * Failures begin with the name of the call, "fchdir" for example.
	 */
	narrate("setns of process %d", exec->pid);
	return 0;
}

/*
 * In the stage, which no process of the container can see: its PID namespace is the host's. A
 * process of the container with CAP_SYS_PTRACE can open all that the stage's child has open, and
 * its root and working directory; so the child must begin with nothing of the host's.
 */
static int prepare(void *argument)
{
	struct exec *exec = argument;

	log_stage("nsexec stage-1");
	/*
	 * TODO 8: before the container is entered: enter its cgroups, cgroup_enter() with
	 * exec->container->config.cgroup; call container_begin(), with exec->container->config; and
	 * let nobody in there look into this process: self_exe_undumpable(),
	 * self_exe_wipe_environment().
	 *
	 * TODO 9: also before: close all descriptors but those that enter_container() needs
	 * (process_close_all_but()); and after it close these, too: process_close_ours().
	 */
	return enter_container(exec);
}

/* Called when the process is in its cgroups. If only an initial set was given, that set stays. */
static int choose_cpus(const struct scheduling *scheduling)
{
	if (scheduling->has_final)
		return scheduling_set_cpus(&scheduling->final);
	if (!scheduling->has_initial)
		scheduling_reset_cpus();
	return 0;
}

static int inside(void *argument)
{
	struct exec *exec = argument;
	struct container *container = exec->container;

	log_stage("child process in init()");
	if (choose_cpus(&container->config.scheduling) < 0)
		return -1;
	if (exec->namespaces & CLONE_NEWUSER &&
	    userns_enter(&container->config.userns, container->child) < 0)
		return -1;
	/* Again: the kernel may lift it when the rights change. */
	if (self_exe_undumpable() < 0)
		return -1;
	return container_execute(container);
}

/* As inside(), for the first command of a container that is made without it: shared_pids.h. */
static int inside_first(void *argument)
{
	struct exec *exec = argument;
	struct container *container = exec->container;

	log_stage("child process in init()");
	scheduling_reset_cpus();
	if (exec->namespaces & CLONE_NEWUSER &&
	    userns_enter(&container->config.userns, container->child) < 0)
		return -1;
	if (namespaces_join(&container->config.joined, CLONE_NEWUSER) &&
	    namespaces_become_root() < 0)
		return -1;
	if (self_exe_undumpable() < 0)
		return -1;
	if (container->state && container_set_state(container, container->state) < 0)
		return -1;
	return container_execute(container);
}

static int spawn(struct exec *exec, struct child *child, int (*begin)(void *))
{
	autofd int root = -1;
	char path[64];

	exec->container->child = child;
	snprintf(path, sizeof(path), "/proc/%d/root", exec->pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	exec->root = root;
	if (root < 0)
		return fail("open %s", path);
	if (namespaces_find_other(exec->pid, &exec->namespaces) < 0)
		return -1;
	child->cgroup = cgroup_directory(&exec->container->config.cgroup);
	if (stage_spawn(child, prepare, 0, begin, exec) < 0)
		return -1;
	return scheduling_set_oom(&exec->container->config.scheduling, child->pid);
}

int exec_spawn(struct exec *exec, struct child *child)
{
	const struct scheduling *scheduling = &exec->container->config.scheduling;

	log_stage("nsexec container setup");
	if (console_share(&exec->container->config.console, &exec->container->config.userns) < 0)
		return -1;
	if (seccomp_compile_once(&exec->container->config.seccomp) < 0)
		return -1;
	if (seccomp_notify_prepare(&exec->container->config.seccomp.listener) < 0)
		return -1;
	if (scheduling->has_initial && scheduling_set_cpus(&scheduling->initial) < 0)
		return -1;
	return spawn(exec, child, inside);
}

int exec_spawn_first(struct exec *exec, struct child *child)
{
	return spawn(exec, child, inside_first);
}
