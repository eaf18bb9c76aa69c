#include "shared_pids_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "helper.h"
#include "mounts.h"
#include "narrate.h"
#include "process.h"
#include "self_exe.h"

static int wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			return fail("waitpid");
	return 0;
}

/*
 * Makes the new root the only mount of a mount namespace: /proc/PID/ns/mnt leads nowhere else, and
 * /proc/PID/mountinfo has nothing else. Returns 0, 1 where that is not possible, or -1. In a user
 * namespace it is not: the kernel lets a process mount a procfs only if it sees another one. There,
 * CAP_SYS_PTRACE gives no right over a process whose program was executed outside
 * (self_exe_undumpable()).
 */
static int leave_mounts(const struct container *container)
{
	struct rootfs rootfs = { .path = container->config.rootfs.path, .tree = -1 };

	if (!container->hosts_users)
		return 1;
	if (unshare(CLONE_NEWNS) < 0)
		return fail("unshare CLONE_NEWNS");
	if (rootfs_clone(&rootfs) < 0) {
		fail_forget(); /* the path leads through a descriptor */
		return 1;
	}
	if (move_mount(rootfs.tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fail("move_mount the new root to /");
	return rootfs_enter(&rootfs, rootfs.tree);
}

/*
 * Enters the PID namespace for children. A child inherits all descriptors, so only the socket and
 * the namespace stay open.
 */
static int enter(struct container *container, int root, int socket)
{
	autofd int pids = container->config.joined.pids;
	int stays = leave_mounts(container);

	if (stays < 0)
		return -1;
	if (stays && (fchdir(root) < 0 || chroot(".") < 0))
		return fail("chroot to the new root");
	if (self_exe_undumpable() < 0)
		return -1;
	self_exe_wipe_environment();
	if (process_close_all_but(container, (const int[]){ socket, pids }, 2) < 0)
		return -1;
	return setns(pids, CLONE_NEWPID) < 0 ? fail("setns of the PID namespace") : 0;
}

/* Runs in the helper, which stays outside of the PID namespace: its child makes the procfs inside.
 */
static int make_inside(struct container *container, const struct mounts_entry *entry, int root,
		       int socket)
{
	autofd int mount = -1;
	pid_t pid;

	if (enter(container, root, socket) < 0)
		return -1;
	pid = fork();
	if (pid != 0)
		return pid < 0 ? fail("fork") : wait_for(pid);
	mount = mounts_create_proc(entry);
	helper_answer(socket, mount);
	_exit(0);
}

static _Noreturn void help(struct container *container, const struct mounts_entry *entry, int root,
			   int socket)
{
	if (make_inside(container, entry, root, socket) < 0)
		helper_answer(socket, -1);
	_exit(0);
}

static int open_one(struct container *container, struct mounts_entry *entry, int root)
{
	autofd int ours = -1, theirs = -1;
	pid_t pid;

	if (helper_connect(&ours, &theirs) < 0)
		return -1;
	narrate("fork a helper for the proc of the PID namespace");
	pid = fork();
	if (pid == 0)
		help(container, entry, root, theirs);
	if (pid < 0)
		return fail("fork");
	cleanup_fd(&theirs);
	entry->mount.opened = helper_receive(ours);
	if (wait_for(pid) < 0)
		return -1;
	return entry->mount.opened < 0 ? -1 : 0;
}

int shared_pids_proc_open(struct container *container, int root)
{
	for (size_t i = 0; i < container->config.mounts.count; i++) {
		struct mounts_entry *entry = &container->config.mounts.list[i];

		if (mounts_is_new(entry, "proc") && open_one(container, entry, root) < 0)
			return -1;
	}
	return 0;
}
