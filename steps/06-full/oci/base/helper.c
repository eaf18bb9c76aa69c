#include "helper.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "spawn.h"

static _Noreturn void help(int socket, int (*open)(void *), void *argument)
{
	int fd = open(argument);

	if (fd < 0 || descriptor_send(socket, fd) < 0)
		send(socket, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
	_exit(0);
}

/* Returns the descriptor that the helper sends, or -1 with the failure that it sends. */
static int receive(int socket)
{
	struct failure failure;

	if (recv(socket, &failure, sizeof(failure), MSG_PEEK) == sizeof(failure))
		return fail_set(&failure);
	return descriptor_receive(socket);
}

int helper_open(uint64_t namespaces, int (*open)(void *), void *argument)
{
	autofd int ours = -1, theirs = -1, pidfd = -1;
	int ends[2], fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	ours = ends[0];
	theirs = ends[1];
	pid = child_fork(namespaces, -1, &pidfd);
	if (pid < 0)
		return -1;
	if (pid == 0)
		help(theirs, open, argument);
	cleanup_fd(&theirs);
	fd = receive(ours);
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			return fail("waitpid for a helper");
	return fd;
}
