#include "helper.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "spawn.h"

int helper_connect(int *ours, int *theirs)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	*ours = ends[0];
	*theirs = ends[1];
	return 0;
}

void helper_answer(int socket, int fd)
{
	if (fd < 0 || descriptor_send(socket, fd) < 0)
		send(socket, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
}

int helper_receive(int socket)
{
	struct failure failure;

	if (recv(socket, &failure, sizeof(failure), MSG_PEEK) == sizeof(failure)) {
		recv(socket, &failure, sizeof(failure), 0);
		return fail_set(&failure);
	}
	return descriptor_receive(socket);
}

int helper_open(uint64_t namespaces, int (*open)(void *), void *argument)
{
	autofd int ours = -1, theirs = -1, pidfd = -1;
	int fd;
	pid_t pid;

	if (helper_connect(&ours, &theirs) < 0)
		return -1;
	pid = child_fork(namespaces, -1, &pidfd);
	if (pid < 0)
		return -1;
	if (pid == 0) {
		helper_answer(theirs, open(argument));
		_exit(0);
	}
	cleanup_fd(&theirs);
	fd = helper_receive(ours);
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			return fail("waitpid for a helper");
	return fd;
}
