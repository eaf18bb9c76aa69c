#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "message.h"

enum { WORDS_SIZE = 131072, STREAMS = 3 };

/* The first message says whether a listener of seccomp comes with it. */
enum { WATCHED, UNWATCHED };

/* A message brings a byte and a descriptor. The kernel says which process has sent the message. */
struct envelope {
	pid_t sender;
	int fd;
	char byte;
};

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
};

/* ---- Messages ----------------------------------------------------------------------------------
 */

int server_prepare(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail("socketpair");
	if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)) < 0)
		return fail("setsockopt SO_PASSCRED");
	return 0;
}

/* Returns 0, or -1 at the end of the container. */
static int receive(int socket, struct envelope *envelope)
{
	union control control;
	struct iovec data = { &envelope->byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct ucred sender = { 0 };

	envelope->fd = -1;
	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0)
		return -1;
	for (struct cmsghdr *next = CMSG_FIRSTHDR(&message); next;
	     next = CMSG_NXTHDR(&message, next)) {
		if (next->cmsg_type == SCM_RIGHTS)
			memcpy(&envelope->fd, CMSG_DATA(next), sizeof(int));
		else if (next->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(next), sizeof(sender));
	}
	envelope->sender = sender.pid;
	return envelope->fd < 0 ? -1 : 0;
}

/* ---- The step's side ---------------------------------------------------------------------------
 */

int server_watch_me(int socket)
{
	static const char watched = WATCHED, unwatched = UNWATCHED;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? 0 : -ENOMEM, listener = -1;

	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (!error)
		error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(execve), 0);
	if (!error)
		error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(execveat), 0);
	if (!error)
		error = seccomp_load(filter);
	if (!error)
		listener = seccomp_notify_fd(filter);
	/*
	 * In the container of another step, that one's server watches already: the kernel allows
	 * one listener, and says EBUSY, of which libseccomp 2.5 makes EFAULT.
	 */
	if (error == -EBUSY || error == -EFAULT)
		return message_send(socket, &unwatched, 1, &socket, 1);
	errno = -error;
	if (listener < 0)
		return fail("seccomp_load");
	error = message_send(socket, &watched, 1, &listener, 1);
	close(listener);
	return error;
}

/* ---- Which programs are ours ------------------------------------------------------------------
 */

struct file {
	const void *bytes; /* NULL: it cannot be read */
	size_t size;
};

static struct file map(const char *path)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file file = { 0 };
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0)
		return file;
	file.size = (size_t)status.st_size;
	file.bytes = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (file.bytes == MAP_FAILED)
		file.bytes = NULL;
	return file;
}

static void unmap(const struct file *file)
{
	if (file->bytes)
		munmap((void *)file->bytes, file->size);
}

static bool is_probe(const char *path)
{
	const struct file ours = map("build/probe"), theirs = map(path);
	bool same = ours.bytes && theirs.bytes && theirs.size == ours.size &&
		memcmp(theirs.bytes, ours.bytes, ours.size) == 0;

	unmap(&ours);
	unmap(&theirs);
	return same;
}

/* True if the process executes the probe, byte for byte. */
static bool executes_probe(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return is_probe(path);
}

static int open_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * Opens our own program of the command's name, which the program in the container has to equal.
 * Returns a descriptor, or -1 if there is none.
 */
static int open_program(const struct server *server, const char *name)
{
	char path[PATH_MAX], copy[PATH_MAX];
	const char *next = getenv("PATH");

	snprintf(copy, sizeof(copy), "%s", name);
	if (server->has_rootfs) {
		snprintf(path, sizeof(path), "rootfs/busybox/bin/%s", basename(copy));
		return open_file(path);
	}
	if (strchr(name, '/'))
		return open_file(name);
	for (; next && *next; next += strcspn(next, ":"), next += *next == ':') {
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(next, ":"), next, name);
		if (access(path, X_OK) == 0)
			return open_file(path);
	}
	return -1;
}

/*
 * The command writes to one end of a pair of sockets, and the server passes on what comes out of
 * the other: *output. A process that the step leaves behind could open a pipe or a file by
 * /proc/PID/fd/1 and write as well; a socket cannot be opened like that.
 */
static int hand_over(const struct server *server, int socket, int *output)
{
	static char words[WORDS_SIZE], shell[] = "/bin/sh";
	char *const none[] = { shell, NULL };
	char *const *command = *server->command ? server->command : none;
	int fds[STREAMS + 1] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO }, pair[2], sent;
	size_t size = 0;

	for (char *const *word = command; *word; word++) {
		size_t length = strlen(*word) + 1;

		if (size + length > sizeof(words))
			return -1;
		memcpy(words + size, *word, length);
		size += length;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail("socketpair");
	shutdown(pair[1], SHUT_RD);
	fds[STDOUT_FILENO] = pair[1];
	fds[STREAMS] = open_program(server, command[0]);
	sent = message_send(socket, words, size, fds, STREAMS + (fds[STREAMS] >= 0));
	close(pair[1]);
	*output = pair[0];
	return sent;
}

/* Passes on what the command has written. Returns false at the end of it. */
static bool pass_on(int output)
{
	char bytes[65536];
	ssize_t length = read(output, bytes, sizeof(bytes));

	for (ssize_t done = 0, part; done < length; done += part) {
		part = write(STDOUT_FILENO, bytes + done, (size_t)(length - done));
		if (part < 0)
			return false;
	}
	return length > 0;
}

/* ---- Which programs are executed --------------------------------------------------------------
 */

/* Reads a text from the memory of a process. */
static void read_text(pid_t pid, uint64_t address, char *text, size_t size)
{
	char path[64];
	autofd int memory = -1;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	/* A read stops at the end of a page, if the next one is not there. */
	length = memory < 0 ? -1 : pread(memory, text, size - 1, (off_t)address);
	text[length < 0 ? 0 : length] = '\0';
}

/* Opens a file as the process sees it. Returns a descriptor, or -1 with errno. */
static int open_seen(pid_t pid, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				      .resolve = RESOLVE_IN_ROOT };
	char begin[64];
	autofd int directory = -1;

	snprintf(begin, sizeof(begin), "/proc/%d/%s", pid, *path == '/' ? "root" : "cwd");
	directory = open(begin, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -1;
	return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

/* True if this is the host's nft(8), with which a bridge's rules are made. */
static bool is_nft(int fd)
{
	struct stat ours, theirs;

	return stat("/usr/sbin/nft", &ours) == 0 && fstat(fd, &theirs) == 0 &&
		ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/*
 * Decides about a program that the process wants to execute, and writes its name to `path`. Returns
 * 0 (allowed), or the errno for the process; EPERM: another program than ours.
 */
static int judge_program(const struct server *server, const struct seccomp_notif *call, char *path,
			 size_t size)
{
	char name[64];
	autofd int fd = -1;

	if (call->data.nr != SYS_execve) {
		snprintf(path, size, "a program by execveat(2)");
		return EPERM;
	}
	read_text((pid_t)call->pid, call->data.args[0], path, size);
	if (strcmp(path, server->step) == 0)
		return 0;
	fd = open_seen((pid_t)call->pid, path);
	if (fd < 0)
		return errno == ENOENT ? ENOENT : EPERM;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return is_nft(fd) || (server->command && is_probe(name)) ? 0 : EPERM;
}

/* Decides about one call. Returns true if it was refused. */
static bool answer(const struct server *server, int listener, bool handed_over)
{
	struct seccomp_notif *call = NULL;
	struct seccomp_notif_resp *response = NULL;
	char path[PATH_MAX];
	int error = 0;

	if (seccomp_notify_alloc(&call, &response) < 0 ||
	    seccomp_notify_receive(listener, call) < 0)
		return false;
	response->id = call->id;
	if (!handed_over)
		error = judge_program(server, call, path, sizeof(path));
	response->error = -error;
	if (!error)
		response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (error == EPERM)
		dprintf(STDERR_FILENO,
			"judge: the step wanted to execute %s; it has to make the system calls "
			"itself\n",
			path);
	seccomp_notify_respond(listener, response);
	seccomp_notify_free(call, response);
	return error == EPERM;
}

/* ---- The process ------------------------------------------------------------------------------
 */

/* The three that the server listens to. */
enum { REQUESTS, LISTENER, OUTPUT, EVENTS };

static void forget(struct pollfd *event)
{
	close(event->fd);
	event->fd = -1;
}

/* A process asks for the command. */
static enum server_end answer_request(const struct server *server, struct pollfd *events)
{
	struct envelope envelope;
	int asked = receive(events[REQUESTS].fd, &envelope);

	forget(&events[REQUESTS]);
	if (asked < 0)
		return SERVER_NOT_ASKED;
	if (!server->command || !executes_probe(envelope.sender)) {
		close(envelope.fd); /* nobody waits for an answer */
		return SERVER_FORGED;
	}
	asked = hand_over(server, envelope.fd, &events[OUTPUT].fd);
	close(envelope.fd);
	if (asked < 0)
		return SERVER_NOT_ASKED;
	/* A test may wait for the end of these. */
	close(STDIN_FILENO);
	close(STDERR_FILENO);
	return SERVER_HANDED_OVER;
}

static int serve(const struct server *server, int socket)
{
	struct pollfd events[EVENTS] = { [REQUESTS] = { .fd = socket, .events = POLLIN },
					 [LISTENER] = { .fd = -1, .events = POLLIN },
					 [OUTPUT] = { .fd = -1, .events = POLLIN } };
	enum server_end end = SERVER_NOT_ASKED;
	struct envelope envelope;
	bool refused = false;

	signal(SIGPIPE, SIG_IGN);
	if (receive(socket, &envelope) < 0)
		return SERVER_NOT_ASKED;
	if (envelope.byte == WATCHED)
		events[LISTENER].fd = envelope.fd;
	else
		close(envelope.fd);
	while (events[REQUESTS].fd >= 0 || events[LISTENER].fd >= 0 || events[OUTPUT].fd >= 0) {
		if (poll(events, EVENTS, -1) < 0)
			continue; /* a signal, which only wakes the server up */
		if (events[LISTENER].revents & POLLIN)
			refused |= answer(server, events[LISTENER].fd, end == SERVER_HANDED_OVER);
		else if (events[LISTENER].revents)
			forget(&events[LISTENER]); /* no process of the container is left */
		if (events[OUTPUT].revents && !pass_on(events[OUTPUT].fd)) {
			forget(&events[OUTPUT]);
			close(STDOUT_FILENO);
		}
		if (events[REQUESTS].revents)
			end = answer_request(server, events);
	}
	return refused ? (int)SERVER_EXECUTED : (int)end;
}

pid_t server_start(const struct server *server, int socket)
{
	pid_t pid = fork();

	if (pid < 0)
		return fail("fork");
	if (pid == 0)
		_exit(serve(server, socket));
	return pid;
}
