/*
 * probe receive-command: for the labs' judge (tests/judge/monitor.c). The step under test executes
 * this program in the container. The judge looks at the process from outside, and then hands over
 * the command that the test wants, with the command's standard input, output and error. The step
 * itself has never had them.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

enum { STREAMS = 3, WORDS_MAX = 256, BYTES_MAX = 131072 };

/* Room for descriptors beside a message. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(STREAMS * sizeof(int))];
};

/* Sends one end of a new pair of sockets by standard input. Returns the other end. */
static int introduce(void)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
	message.msg_control = &control;
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
	if (sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL) < 0)
		die("sendmsg");
	close(pair[1]);
	return pair[0];
}

/* Receives the command's words, each with a NUL at its end, and its standard streams. */
static size_t receive(int judge, char *words, size_t size)
{
	struct iovec data = { words, size };
	union control control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(judge, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int streams[STREAMS];

	if (length <= 0 || !header || header->cmsg_len != CMSG_LEN(sizeof(streams)))
		die("the judge has sent no command");
	memcpy(streams, CMSG_DATA(header), sizeof(streams));
	for (int i = 0; i < STREAMS; i++)
		if (dup2(streams[i], i) < 0)
			die("dup2");
	return (size_t)length;
}

/* No library of the step's choice comes into the command (LD_PRELOAD). */
static void forget_libraries(void)
{
	char **kept = environ;

	for (char **next = environ; *next; next++)
		if (strncmp(*next, "LD_", 3) != 0)
			*kept++ = *next;
	*kept = NULL;
}

static int receive_command(char **argv)
{
	static char words[BYTES_MAX];
	char *command[WORDS_MAX + 1] = { NULL };
	int judge = introduce();
	size_t length = receive(judge, words, sizeof(words)), count = 0;
	int error;

	(void)argv;
	for (char *word = words; word < words + length && count < WORDS_MAX; count++) {
		command[count] = word;
		word += strlen(word) + 1;
	}
	forget_libraries();
	execvp(command[0], command);
	error = errno;
	fprintf(stderr, "probe: execve %s: %s %s\n", command[0], errno_name(error),
		strerror(error));
	return error == ENOENT ? 127 : 126;
}

const struct command receive_commands[] = {
	{ "receive-command", "", "Receive a command from the labs' judge, and execute it",
	  receive_command, 0, 0 },
	{ 0 },
};
