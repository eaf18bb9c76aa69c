/*
 * build/host apart ROOTFS COMMAND [ARG...]: runs a command in namespaces of its own, which stand
 * for the host (tests/run.sh says how). All its processes end with it. ROOTFS, rootfs/busybox or a
 * copy of it, is rootfs/busybox there; "copy" stands for a copy in memory.
 *
 * build/host state: prints the state of the host that a step must not change.
 */
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mounts.h"
#include "state.h"

enum { FAILED = 125 };

static const char ours[] = "rootfs/busybox";

static void set_loopback_up(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &loopback) < 0)
		err(FAILED, "set lo up");
	close(fd);
}

/* Waits for a child, and for all that it leaves. Returns its exit status, 128+n after signal n. */
static int reap_until(pid_t child)
{
	int status;
	pid_t pid;

	do
		pid = wait(&status);
	while (pid != child && (pid > 0 || errno == EINTR));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static pid_t fork_or_end(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(FAILED, "fork");
	return pid;
}

/* Runs as PID 1 of the new namespaces. */
static int inside(const char *rootfs, char **command)
{
	pid_t pid;

	if (host_mounts(strcmp(rootfs, ours) == 0 ? NULL : rootfs) < 0)
		return FAILED;
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		err(FAILED, "mount /proc");
	set_loopback_up();
	pid = fork_or_end();
	if (pid == 0) {
		close_range(STDERR_FILENO + 1, ~0U, 0); /* the caller's locks and files */
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	return reap_until(pid);
}

static int apart(const char *rootfs, char **command)
{
	pid_t pid;

	if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID) < 0)
		err(FAILED, "unshare");
	pid = fork_or_end();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return inside(rootfs, command);
	}
	return reap_until(pid);
}

int main(int argc, char **argv)
{
	char *text;

	if (argc > 3 && strcmp(argv[1], "apart") == 0)
		return apart(argv[2], argv + 3);
	if (argc != 2 || strcmp(argv[1], "state") != 0)
		errx(FAILED, "usage: host apart ROOTFS COMMAND [ARG...] | host state");
	text = host_state();
	if (!text || fputs(text, stdout) < 0)
		err(FAILED, "host state");
	free(text);
	return 0;
}
