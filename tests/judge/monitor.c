/*
 * ./step-NN in the copy of the workbook in which a lab is graded. The tests run this program as if
 * it were the step. It runs the learner's step, build/answer/step-NN, in a session and in PID and
 * mount namespaces of its own, and gives it another command: `probe receive-command`, and no
 * standard input and output but a socket. When a process asks for the command by that socket, the
 * kernel says which process this is. Only if its program is our probe, byte for byte, it gets the
 * command of the test, with the true standard input and output. So what a test reads was printed by
 * the command, in the container that the learner's step has made, and never by the step itself.
 *
 * The learner's step has no CAP_SYS_PTRACE, so that it cannot read or change the memory of the
 * tests, nor CAP_SYS_MODULE and CAP_SYS_RAWIO.
 *
 * Source: unix(7), SO_PASSCRED and SCM_RIGHTS; capabilities(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_options.h"
#include "cleanup.h"
#include "command.h"
#include "confine.h"
#include "fail.h"
#include "file.h"
#include "init.h"
#include "init_options.h"
#include "net_options.h"
#include "options.h"
#include "proc.h"
#include "rootfs_options.h"
#include "spawn.h"
#include "uts_options.h"

enum { STATUS_FORGED = 99, WORDS_MAX = 250, BYTES_MAX = 131072 };

/* A run of the learner's step. */
struct run {
	char step[PATH_MAX]; /* build/answer/step-NN */
	char **options;	     /* the words of the command line that stand before the command */
	size_t count;	     /* of the options */
	char **command;	     /* ends with NULL */
	int socket;	     /* the learner's end of the socket, as its standard input */
};

/* ---- Which words are the command --------------------------------------------------------------
 */

/* Returns true if the option, a word that begins with "-", takes the next word as its value. */
static bool takes_next_word(const char *word)
{
	static const struct options_group *const groups[] = { &uts_options,    &init_options,
							      &rootfs_options, &net_options,
							      &cgroup_options, &command_options };
	bool is_long = word[1] == '-';

	if (is_long && strchr(word, '='))
		return false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (const struct argp_option *option = groups[i]->options;
		     option->name || option->key; option++)
			if (is_long ? option->name && strcmp(option->name, word + 2) == 0
				    : option->key == word[strlen(word) - 1])
				return option->arg;
	return false;
}

static void find_command(struct run *run, char **argv)
{
	char **next = argv + 1;

	run->options = next;
	for (; *next && **next == '-' && strcmp(*next, "--") != 0; next++)
		if (takes_next_word(*next) && next[1])
			next++;
	run->count = (size_t)(next - run->options);
	run->command = *next && strcmp(*next, "--") == 0 ? next + 1 : next;
}

/* ---- The side of the learner's step -----------------------------------------------------------
 */

/* Runs as PID 1 of the new namespaces; stays there as an init, above the learner's step. */
static int inside(void *argument)
{
	static char separator[] = "--", receive[] = "receive-command";
	static char host_probe[PATH_MAX], probe[] = "/bin/probe";
	const struct run *run = argument;
	const struct init init = { .wanted = true };
	char *argv[WORDS_MAX + 5];
	struct command command = { .argv = argv };
	autofd int root = file_open_directory("/"), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t count = 0;

	if (root < 0 || proc_mount(root) < 0)
		return -1;
	if (dup2(run->socket, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return fail("dup2");
	argv[count++] = (char *)run->step;
	for (size_t i = 0; i < run->count; i++)
		argv[count++] = run->options[i];
	argv[count++] = separator;
	/* From chapter 3 on the container has a root file system of its own. */
	if (run->step[strlen(run->step) - 1] >= '3') {
		argv[count++] = probe;
	} else {
		if (!realpath("build/probe", host_probe))
			return fail("realpath build/probe");
		argv[count++] = host_probe;
	}
	argv[count++] = receive;
	argv[count] = NULL;
	return confine() < 0 ? -1 : init_exec(&init, &command);
}

/* ---- The side of the judge --------------------------------------------------------------------
 */

/* Opens a file and maps it to memory. Returns NULL on failure. */
static const void *map(const char *path, size_t *size)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	const void *bytes;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0)
		return NULL;
	*size = (size_t)status.st_size;
	bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	return bytes == MAP_FAILED ? NULL : bytes;
}

/* True if the process executes our probe, byte for byte. */
static bool executes_probe(pid_t pid)
{
	size_t our_size, their_size;
	const void *ours = map("build/probe", &our_size), *theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	theirs = map(path, &their_size);
	return ours && theirs && our_size == their_size && memcmp(ours, theirs, our_size) == 0;
}

/* Waits for a process that asks for the command. Fills *answer, the socket by which it gets the
 * command. */
static pid_t await_request(int socket, int *answer)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct ucred sender = { 0 };

	*answer = -1;
	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0)
		return -1;
	for (struct cmsghdr *next = CMSG_FIRSTHDR(&message); next;
	     next = CMSG_NXTHDR(&message, next)) {
		if (next->cmsg_type == SCM_RIGHTS)
			memcpy(answer, CMSG_DATA(next), sizeof(int));
		else if (next->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(next), sizeof(sender));
	}
	return *answer < 0 ? -1 : sender.pid;
}

static int hand_over(int socket, char *const *command)
{
	static char words[BYTES_MAX], shell[] = "/bin/sh";
	static const int streams[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	char *const none[] = { shell, NULL };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(streams))];
	} control = { 0 };
	struct iovec data = { words, 0 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	for (char *const *word = *command ? command : none; *word; word++) {
		size_t length = strlen(*word) + 1;

		if (data.iov_len + length > sizeof(words))
			return -1;
		memcpy(words + data.iov_len, *word, length);
		data.iov_len += length;
	}
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(streams));
	memcpy(CMSG_DATA(header), streams, sizeof(streams));
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* The exit status of the process that waits for the request. */
enum handed { HANDED_OVER, NOT_ASKED, FORGED };

/* Starts a process that hands the command over, and ends. */
static pid_t serve(int socket, char *const *command)
{
	pid_t pid = fork(), sender;
	int answer;

	if (pid != 0)
		return pid;
	sender = await_request(socket, &answer);
	if (sender < 0)
		_exit(NOT_ASKED);
	if (!executes_probe(sender))
		_exit(FORGED);
	_exit(hand_over(answer, command) < 0 ? NOT_ASKED : HANDED_OVER);
}

/* The step itself has refused the command line, or has failed: it had no need of the command. */
static bool needs_no_command(int status)
{
	return status >= STATUS_FAILED && status <= STATUS_NOT_FOUND;
}

/* ---- Both --------------------------------------------------------------------------------------
 */

int main(int argc, char **argv)
{
	struct run run = { 0 };
	autochild struct child child = CHILD_NONE;
	const char *name = strrchr(argv[0], '/');
	int pair[2], status, handed;
	pid_t server;

	(void)argc;
	snprintf(run.step, sizeof(run.step), "build/answer/%s", name ? name + 1 : argv[0]);
	/* The command cannot get a terminal later. Tests with terminals trust the learner's step.
	 */
	if (isatty(STDIN_FILENO)) {
		argv[0] = run.step;
		if (confine() < 0)
			return fail_report();
		execv(run.step, argv);
		fail("execve %s", run.step);
		return fail_report();
	}
	find_command(&run, argv);
	if (run.count > WORDS_MAX)
		return STATUS_FORGED;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
	    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)) < 0) {
		fail("socketpair");
		return fail_report();
	}
	run.socket = pair[1];
	child.job.has_init = true;
	child.job.own_session = true;
	if (child_spawn(&child, CLONE_NEWPID | CLONE_NEWNS, inside, &run) < 0)
		return fail_report();
	close(pair[1]);
	server = serve(pair[0], run.command);
	close(pair[0]);
	if (child_release(&child) < 0)
		return fail_report();
	status = child_wait(&child);
	if (status < 0)
		return fail_report();
	if (server < 0 || waitpid(server, &handed, 0) < 0)
		return STATUS_FORGED;
	if (handed == HANDED_OVER || needs_no_command(status))
		return status;
	fprintf(stderr, "judge: the step ended with the exit status %d, and %s\n", status,
		WEXITSTATUS(handed) == FORGED
			? "another program has asked for the command"
			: "no process in a container has executed the command");
	return STATUS_FORGED;
}
