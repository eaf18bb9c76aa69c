/*
 * probe receive-command: for the labs' judge (tests/judge/monitor.c). The step under test executes
 * this program in the container. The judge looks at the process from outside, takes one end of a
 * socket from it, and sends by that the command that the test wants, with the command's standard
 * input, output and error. The step itself has never had them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"
#include "probe_request.h"

enum { STREAMS = 3, WORDS_MAX = 256, BYTES_MAX = 131072, FORGED = 99 };

/* Room for descriptors beside a message. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE((STREAMS + 1) * sizeof(int))];
};

/* Writes the number of a descriptor to the page where the judge looks for it. */
static void show(int fd)
{
	int *page = mmap(PROBE_REQUEST_PAGE, sizeof(*page), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (page != PROBE_REQUEST_PAGE)
		die("mmap");
	*page = fd;
}

/*
 * Asks for the command by standard input. The message has one end of a new pair of sockets for a
 * judge that may not take it from this process, because it runs in a container itself. Returns the
 * other end.
 */
static int ask(void)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
	show(pair[1]);
	message.msg_control = &control;
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
	if (sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL) < 0)
		die("sendmsg");
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

	if (length <= 0 || message.msg_flags & MSG_CTRUNC || !header ||
	    header->cmsg_len > CMSG_LEN(sizeof(fds)))
		die("the judge has sent no command");
	memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	for (int i = 0; i < STREAMS; i++)
		if (dup2(fds[i], i) < 0)
			die("dup2");
	received->size = (size_t)length;
	received->program = fds[STREAMS];
}

/* Finds the program of that name as execvp(3) does, and writes its path. Returns 0 or -1. */
static int find_program(const char *name, char path[PATH_MAX])
{
	const char *next = getenv("PATH");

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && access(path, F_OK) == 0
			? 0
			: -1;
	for (; next && *next; next += strcspn(next, ":"), next += *next == ':') {
		snprintf(path, PATH_MAX, "%.*s/%s", (int)strcspn(next, ":"), next, name);
		if (access(path, X_OK) == 0)
			return 0;
	}
	errno = ENOENT;
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

/*
 * Ends this process unless the file is the program that the command has to be: the step may have
 * put another one in its place, or have left no descriptor to look at the file with.
 */
static void check_program(const char *path, const struct received *received)
{
	int program;

	if (received->program < 0)
		return;
	program = open(path, O_RDONLY | O_CLOEXEC);
	if (program < 0)
		die("open %s", path);
	if (is_same(program, received->program))
		return;
	fprintf(stderr, "judge: %s in the container is another program than ours\n", path);
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
	char *command[WORDS_MAX + 1] = { NULL }, path[PATH_MAX];
	size_t count = 0;
	int error;

	/*
	 * From here on the step, which has no CAP_SYS_PTRACE, cannot open this process's memory. A
	 * judge in a container has no such right either, and could not look at this process.
	 */
	if (!argv[0] && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		die("PR_SET_DUMPABLE");
	receive(ask(), &received);
	for (char *word = received.words;
	     word < received.words + received.size && count < WORDS_MAX; count++) {
		command[count] = word;
		word += strlen(word) + 1;
	}
	forget_libraries();
	if (find_program(command[0], path) == 0) {
		check_program(path, &received);
		execv(path, command);
	}
	error = errno;
	fprintf(stderr, "probe: execve %s: %s %s\n", command[0], errno_name(error),
		strerror(error));
	return error == ENOENT ? 127 : 126;
}

const struct command receive_commands[] = {
	{ "receive-command", "[nested]", "Receive a command from the labs' judge, and execute it",
	  receive_command, 0, 1 },
	{ 0 },
};
