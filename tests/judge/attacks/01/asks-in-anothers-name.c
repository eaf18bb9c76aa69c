/*
 * A child executes the probe and may go no further; its parent asks the judge for the command, with
 * the child's PID in the message's credentials.
 */
#include <signal.h>
#include <sys/socket.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
};

static int ask(pid_t other)
{
	union control control = { 0 };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *next = &control.header;
	struct ucred sender = { other, 0, 0 };
	int pair[2];

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	*next = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(next), &pair[1], sizeof(int));
	next = (struct cmsghdr *)(control.bytes + CMSG_SPACE(sizeof(int)));
	*next = (struct cmsghdr){ CMSG_LEN(sizeof(sender)), SOL_SOCKET, SCM_CREDENTIALS };
	memcpy(CMSG_DATA(next), &sender, sizeof(sender));
	sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL);
	close(pair[1]);
	return pair[0];
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv), words[4096], control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec data = { words, sizeof(words) };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int streams[2], fds[4];
	pid_t child;

	if (!name || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, streams) < 0)
		return;
	child = fork();
	if (child == 0) {
		dup2(streams[1], STDIN_FILENO); /* so its own message reaches nobody */
		execv(argv[argc - 2], argv + argc - 2);
		_exit(1);
	}
	usleep(200000);
	if (recvmsg(ask(child), &message, 0) <= 0)
		return;
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fds));
	dprintf(fds[1], "%s\n", name);
	kill(child, SIGKILL);
	_exit(0);
}
