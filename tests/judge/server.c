#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "executable.h"
#include "execution.h"
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
	static const struct filter_call calls[] = { { .number = SCMP_SYS(execve) },
						    { .number = SCMP_SYS(execveat) } };
	autofd int listener = -1;

	if (filter_load(SCMP_ACT_NOTIFY, calls, 2, &listener) == 0)
		return message_send(socket, &watched, 1, &listener, 1);
	/*
	 * In the container of another step, that one's server watches already: the kernel allows
	 * one listener, and says EBUSY, of which libseccomp 2.5 makes EFAULT.
	 */
	if (errno == EBUSY || errno == EFAULT)
		return message_send(socket, &unwatched, 1, &socket, 1) < 0 ? -1 : 1;
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

/* ---- The programs that are executed -------------------------------------------------------------
 */

/* What the server knows of the run. */
struct run {
	const struct server *server;
	int step, monitor; /* the learner's program as it was before the run, and this program */
	bool is_watched;   /* seccomp asks about each execve(2) */
	bool is_traced;	   /* by a test's strace(1), so that the server cannot trace */
	pid_t probe;	   /* the process of the step that has executed the probe; 0: none yet */
	bool has_executed; /* another program than ours, or has wanted to */
	enum server_end end;
};

/*
 * True for a process of the command, once the probe has executed that. Only the step's processes
 * execute the step; but the command may be a step as well, started by a monitor of its own.
 */
static bool is_of_command(const struct run *run, pid_t pid)
{
	bool is_step = executable_is_file(pid, run->step);

	if (run->end != SERVER_HANDED_OVER)
		return false;
	while (executable_is_file(pid, run->step))
		pid = executable_status(pid, "PPid");
	return !is_step || (pid != run->server->init && executable_is_file(pid, run->monitor));
}

/* Returns 0 if the call may go on, or the errno for the process. */
static int judge_call(struct run *run, const struct seccomp_notif *call, char *path, size_t size)
{
	bool may_be_probe = run->server->command && run->probe == 0;
	pid_t pid = (pid_t)call->pid;
	int error;

	if (is_of_command(run, pid))
		return 0;
	error = executable_judge(run->step, may_be_probe, call, path, size);
	if (!error && execution_watch(pid) < 0 && errno == EPERM)
		run->is_traced = true;
	return error;
}

static void answer_call(struct run *run, int listener)
{
	struct seccomp_notif *call = NULL;
	struct seccomp_notif_resp *response = NULL;
	char path[PATH_MAX];
	int error;

	if (seccomp_notify_alloc(&call, &response) < 0)
		return;
	if (seccomp_notify_receive(listener, call) == 0) {
		error = judge_call(run, call, path, sizeof(path));
		if (error == EPERM) {
			dprintf(STDERR_FILENO,
				"judge: the step wanted to execute %s; "
				"it has to make the system calls itself\n",
				path);
			run->has_executed = true;
		}
		response->id = call->id;
		response->error = -error;
		if (!error)
			response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		seccomp_notify_respond(listener, response);
	}
	seccomp_notify_free(call, response);
}

/* One process of the step executes the probe, and only one. */
static bool is_allowed(struct run *run, pid_t pid)
{
	if (executable_is_file(pid, run->step) || executable_is_nft(pid))
		return true;
	if (!run->server->command || run->probe != 0 || !executable_is_probe(pid))
		return false;
	run->probe = pid;
	return true;
}

static void look_at_executed(struct run *run, int signals)
{
	struct signalfd_siginfo info;
	bool allowed;
	pid_t pid;

	if (read(signals, &info, sizeof(info)) < 0)
		return;
	while ((pid = execution_next()) > 0) {
		allowed = is_allowed(run, pid);
		if (!allowed)
			dprintf(STDERR_FILENO,
				"judge: the step has executed another program "
				"than the one that it named\n");
		run->has_executed |= !allowed;
		execution_end(pid, allowed);
	}
}

/* ---- The process ------------------------------------------------------------------------------
 */

/* What the server listens to. */
enum { REQUESTS, LISTENER, OUTPUT, SIGNALS, EVENTS };

static void forget(struct pollfd *event)
{
	close(event->fd);
	event->fd = -1;
}

/* Returns the socket of the process that has asked for the command, or -1. */
static int find_socket(const struct run *run, const struct envelope *envelope)
{
	pid_t pid = run->probe;

	if (!run->server->command)
		return -1;
	/* The sender is what the message says, and a privileged process may say another one. */
	if (pid == 0 && (!run->is_watched || run->is_traced))
		pid = envelope->sender;
	if (pid == 0)
		return -1;
	if (run->is_watched)
		return executable_take_socket(pid);
	return executable_is_probe(pid) ? dup(envelope->fd) : -1;
}

/* A process asks for the command. */
static enum server_end answer_request(const struct run *run, struct pollfd *events)
{
	struct envelope envelope;
	int asked = receive(events[REQUESTS].fd, &envelope), socket;

	forget(&events[REQUESTS]);
	if (asked < 0)
		return SERVER_NOT_ASKED;
	socket = find_socket(run, &envelope);
	if (socket < 0) {
		shutdown(envelope.fd, SHUT_RDWR); /* nobody waits for an answer */
		close(envelope.fd);
		return SERVER_FORGED;
	}
	close(envelope.fd);
	asked = hand_over(run->server, socket, &events[OUTPUT].fd);
	close(socket);
	if (asked < 0)
		return SERVER_NOT_ASKED;
	/* A test may wait for the end of these. */
	close(STDIN_FILENO);
	close(STDERR_FILENO);
	return SERVER_HANDED_OVER;
}

static int watch_signals(void)
{
	sigset_t child;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	return signalfd(-1, &child, SFD_CLOEXEC);
}

static int serve(const struct server *server, int socket)
{
	struct pollfd events[EVENTS] = { [REQUESTS] = { .fd = socket, .events = POLLIN },
					 [LISTENER] = { .fd = -1, .events = POLLIN },
					 [OUTPUT] = { .fd = -1, .events = POLLIN },
					 [SIGNALS] = { .fd = watch_signals(), .events = POLLIN } };
	struct run run = { .server = server,
			   .step = open(server->step, O_PATH | O_CLOEXEC),
			   .monitor = open("/proc/self/exe", O_PATH | O_CLOEXEC),
			   .end = SERVER_NOT_ASKED };
	struct envelope envelope;

	if (run.step < 0 || run.monitor < 0 || events[SIGNALS].fd < 0 ||
	    receive(socket, &envelope) < 0)
		return SERVER_NOT_ASKED;
	run.is_watched = envelope.byte == WATCHED;
	if (run.is_watched)
		events[LISTENER].fd = envelope.fd;
	else
		close(envelope.fd);
	while (events[REQUESTS].fd >= 0 || events[LISTENER].fd >= 0 || events[OUTPUT].fd >= 0) {
		if (poll(events, EVENTS, -1) < 0)
			continue; /* a signal, which only wakes the server up */
		if (events[SIGNALS].revents)
			look_at_executed(&run, events[SIGNALS].fd);
		if (events[LISTENER].revents & POLLIN)
			answer_call(&run, events[LISTENER].fd);
		else if (events[LISTENER].revents)
			forget(&events[LISTENER]); /* no process of the container is left */
		if (events[OUTPUT].revents && !pass_on(events[OUTPUT].fd)) {
			forget(&events[OUTPUT]);
			close(STDOUT_FILENO);
		}
		if (events[REQUESTS].revents)
			run.end = answer_request(&run, events);
	}
	return run.has_executed ? (int)SERVER_EXECUTED : (int)run.end;
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
