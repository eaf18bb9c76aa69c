/* Step 03: runs a command in a root file system of its own. */
#include <sched.h>

#include "cleanup.h"
#include "command.h"
#include "fail.h"
#include "file.h"
#include "init.h"
#include "init_options.h"
#include "mount.h"
#include "options.h"
#include "proc.h"
#include "rootfs.h"
#include "rootfs_options.h"
#include "spawn.h"
#include "uts.h"
#include "uts_options.h"

#define ABOUT "Run a command (default: /bin/sh) in a root file system of its own."

/* The settings of the step: one structure for each chapter. */
struct step {
	struct uts uts;
	struct init init;
	struct rootfs rootfs;
	struct command command;
};

/* Makes the new root complete before it is entered. Returns a descriptor of it or -1. */
static int rootfs_build(struct step *step)
{
	autofd int root = rootfs_open(&step->rootfs);

	if (root < 0)
		return -1;
	if (proc_mount(root) < 0)
		return -1;
	if (rootfs_populate(&step->rootfs, root) < 0)
		return -1;
	return cleanup_take_fd(&root);
}

/* Runs in the new namespaces. Its calls are in the order that the kernel wants. */
static int inside(void *argument)
{
	struct step *step = argument;
	autofd int root = -1;

	if (mount_private() < 0)
		return -1;
	if (uts_set(&step->uts) < 0)
		return -1;
	root = rootfs_build(step);
	if (root < 0)
		return -1;
	if (rootfs_enter(&step->rootfs, root) < 0)
		return -1;
	return init_exec(&step->init, &step->command);
}

int main(int argc, char **argv)
{
	static struct step step;
	const struct options_part parts[] = {
		{ .group = &uts_options, .fills = &step.uts },
		{ .group = &init_options, .fills = &step.init },
		{ .group = &rootfs_options, .fills = &step.rootfs },
		{ .group = &command_options, .fills = &step.command },
		{ NULL, NULL },
	};
	const uint64_t namespaces = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
	autochild struct child child = CHILD_NONE;
	int status;

	if (file_reserve_standard() < 0)
		return fail_report();
	if (rootfs_close_callers() < 0)
		return fail_report();
	if (options_parse(argc, argv, ABOUT, parts, &step.command) < 0)
		return fail_report();
	child.job.has_init = step.init.wanted;
	if (child_spawn(&child, namespaces, inside, &step) < 0)
		return fail_report();
	if (child_release(&child) < 0)
		return fail_report();
	status = child_wait(&child);
	return status < 0 ? fail_report() : status;
}
