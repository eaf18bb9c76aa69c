/*
 * probe receive-command: for the labs' judge (tests/judge/monitor.c). The step under test executes
 * this program in the container. The judge looks at the process from outside, and then hands over
 * the command that the test wants, with the command's standard input, output and error. The step
 * itself has never had them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

enum { STREAMS = 3, WORDS_MAX = 256, BYTES_MAX = 131072, FORGED = 99 };

/* Room for descriptors beside a message. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE((STREAMS + 1) * sizeof(int))];
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

/* The judge's message: the command's words, each with a NUL at its end, and descriptors. */
struct received {
	char words[BYTES_MAX];
	size_t size;
	int program; /* the program that the command has to be; -1: any */
};

/* Receives the command, and takes its standard streams. */
static void receive(int judge, struct received *received)
{
	struct iovec data = { received->words, sizeof(received->words) };
	union control control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(judge, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fds[STREAMS + 1] = { -1, -1, -1, -1 };

	if (length <= 0 || !header || header->cmsg_len > CMSG_LEN(sizeof(fds)))
		die("the judge has sent no command");
	memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	for (int i = 0; i < STREAMS; i++)
		if (dup2(fds[i], i) < 0)
			die("dup2");
	received->size = (size_t)length;
	received->program = fds[STREAMS];
}

/* Opens the program of that name as execvp(3) finds it. Returns a descriptor or -1. */
static int open_program(const char *name)
{
	const char *next = getenv("PATH");
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return open(name, O_RDONLY | O_CLOEXEC);
	for (; next && *next; next += strcspn(next, ":"), next += *next == ':') {
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(next, ":"), next, name);
		if (access(path, X_OK) == 0)
			return open(path, O_RDONLY | O_CLOEXEC);
	}
	return -1;
}

/* Returns 1 if the two files have the same bytes. */
static int is_same(int one, int other)
{
	char bytes[2][65536];
	ssize_t size, more;

	do {
		size = read(one, bytes[0], sizeof(bytes[0]));
		more = read(other, bytes[1], sizeof(bytes[1]));
		if (size < 0 || size != more || memcmp(bytes[0], bytes[1], (size_t)size) != 0)
			return 0;
	} while (size > 0);
	return 1;
}

/* The step may have put another program in the place of the command. */
static void check_program(const struct received *received)
{
	int program = open_program(received->words);

	if (received->program < 0 || program < 0 || is_same(program, received->program))
		return;
	fprintf(stderr, "judge: %s in the container is another program than ours\n",
		received->words);
	exit(FORGED);
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
	static struct received received;
	char *command[WORDS_MAX + 1] = { NULL };
	size_t count = 0;
	int error;

	(void)argv;
	receive(introduce(), &received);
	for (char *word = received.words;
	     word < received.words + received.size && count < WORDS_MAX; count++) {
		command[count] = word;
		word += strlen(word) + 1;
	}
	forget_libraries();
	check_program(&received);
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
