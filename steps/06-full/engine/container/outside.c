#include "outside.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "helper.h"

static int open_root(pid_t pid)
{
	char path[48];
	int root;

	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? fail("open %s", path) : root;
}

/* Answers until the engine has ended. */
static _Noreturn void stay(int socket)
{
	pid_t pid;

	while (recv(socket, &pid, sizeof(pid), 0) == sizeof(pid)) {
		autofd int root = open_root(pid);

		helper_answer(socket, root);
	}
	_exit(0);
}

int outside_begin(void)
{
	autofd int ours = -1, theirs = -1;
	pid_t pid;

	if (geteuid() == 0)
		return 0;
	if (helper_connect(&ours, &theirs) < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0) {
		cleanup_fd(&ours);
		stay(theirs);
	}
	return cleanup_take_fd(&ours);
}

int outside_open_root(int outside, pid_t pid)
{
	if (outside == 0)
		return open_root(pid);
	if (send(outside, &pid, sizeof(pid), MSG_NOSIGNAL) != sizeof(pid))
		return fail("send to the process outside of the user namespace");
	return helper_receive(outside);
}
