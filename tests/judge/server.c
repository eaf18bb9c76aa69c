#include "server.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "executable.h"
#include "fail.h"
#include "filter.h"
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
	static const int calls[] = { SCMP_SYS(execve), SCMP_SYS(execveat) };
	autofd int listener = -1;

	if (filter_load(SCMP_ACT_NOTIFY, calls, 2, &listener) == 0)
		return message_send(socket, &watched, 1, &listener, 1);
	/*
	 * In the container of another step, that one's server watches already: the kernel allows
	 * one listener, and says EBUSY, of which libseccomp 2.5 makes EFAULT.
	 */
	if (errno == EBUSY || errno == EFAULT)
		return message_send(socket, &unwatched, 1, &socket, 1);
	return fail("seccomp_load");
}

/* ---- The command -------------------------------------------------------------------------------
 */

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
	fds[STREAMS] = executable_open(server->has_rootfs, command[0]);
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

/* ---- The process ------------------------------------------------------------------------------
 */

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
		error = executable_judge(server->step, server->command, call, path, sizeof(path));
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
	if (!server->command || !executable_is_probe(envelope.sender)) {
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
