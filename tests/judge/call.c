#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "fail.h"
#include "file.h"
#include "harness.h"
#include "message.h"

enum { CALL_MILLISECONDS = 20000 };

bool call_mounts_nothing;

/* The tests may change their current directory, so the path is made absolute before they begin. */
static char subject[PATH_MAX];

__attribute__((constructor)) static void find_subject(void)
{
	if (!realpath("build/answer/subject", subject))
		_exit(127);
}

struct call_argument call_text(const char *text)
{
	return (struct call_argument){ CALL_TEXT, 0, (void *)text, text ? strlen(text) + 1 : 0 };
}

/* Fills the request, and `fds` with the descriptors of its arguments. Returns how many these are.
 */
static size_t fill_request(struct request *request, const struct call_argument *arguments, int *fds)
{
	size_t used = 0, count = 0;

	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i].kind; i++) {
		const struct call_argument *argument = &arguments[i];

		request->arguments[i].kind = (int32_t)argument->kind;
		request->arguments[i].number = argument->number;
		request->arguments[i].size = argument->size;
		request->arguments[i].is_null = !argument->bytes;
		if (argument->kind == CALL_DESCRIPTOR && argument->number >= 0)
			fds[count++] = (int)argument->number;
		if (!argument->bytes)
			continue;
		if (used + argument->size > sizeof(request->bytes))
			fail_msg("%s: the arguments of the call are too long", request->name);
		memcpy(request->bytes + used, argument->bytes, argument->size);
		used = message_next(used + argument->size);
	}
	return count;
}

static void copy_back(const struct reply *reply, const struct call_argument *arguments)
{
	size_t used = 0;

	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i].kind; i++) {
		if (!arguments[i].bytes)
			continue;
		if (arguments[i].kind == CALL_BYTES)
			memcpy(arguments[i].bytes, reply->bytes + used, arguments[i].size);
		used = message_next(used + arguments[i].size);
	}
}

/* From here on only fexecve(3) executes a program: functions make system calls themselves. */
static int refuse_programs(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) : -1;

	if (!error)
		error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execve), 0);
	if (!error)
		error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execveat), 1,
					 SCMP_A4(SCMP_CMP_NE, AT_EMPTY_PATH, 0));
	if (!error)
		error = seccomp_load(filter);
	seccomp_release(filter);
	return error ? -1 : 0;
}

/* Leaves the mounts of the tests. */
static int leave_mounts(void)
{
	return unshare(CLONE_NEWNS) < 0 ? -1 : mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Executes the subject in a session of its own, with nothing open but the socket and the streams.
 */
static _Noreturn void execute_subject(int program, int socket)
{
	char *const argv[] = { subject, NULL };

	setsid();
	reset_signals();
	program = fcntl(program, F_DUPFD_CLOEXEC, SOCKET + 1);
	if (dup2(socket, SOCKET) >= 0 && close_range(SOCKET + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
	    (!call_mounts_nothing || leave_mounts() == 0) && confine() == 0 &&
	    refuse_programs() == 0)
		fexecve(program, argv, environ);
	_exit(127);
}

static pid_t start_subject(int *socket)
{
	autofd int program = open(subject, O_RDONLY | O_CLOEXEC);
	int pair[2];
	pid_t pid;

	if (program < 0)
		fail_msg("open %s: %s", subject, strerror(errno));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		execute_subject(program, pair[1]);
	close(pair[1]);
	*socket = pair[0];
	return pid;
}

/* Waits for the reply. Returns how many descriptors came with it, or -1. */
static int await_reply(int socket, struct reply *reply, int *fd)
{
	struct pollfd readable = { .fd = socket, .events = POLLIN };

	if (poll(&readable, 1, CALL_MILLISECONDS) != 1)
		return -1;
	return message_receive(socket, reply, sizeof(*reply), fd, 1);
}

/* The function may have changed the umask of its process. The test gets it, as the kernel has it.
 */
static void adopt_umask(pid_t pid)
{
	char path[32];
	autofree char *status = NULL;
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = file_read(path);
	line = status ? strstr(status, "\nUmask:") : NULL;
	if (line)
		umask((mode_t)strtoul(line + strlen("\nUmask:"), NULL, 8));
}

/* The process that gets the next call, if call_keeps_subject. A child of the test has its own. */
static struct {
	pid_t owner, pid;
	int socket;
} kept;

__attribute__((weak)) bool call_keeps_subject;

static int get_subject(void)
{
	if (!call_keeps_subject || kept.owner != getpid()) {
		kept.pid = start_subject(&kept.socket);
		kept.owner = getpid();
	}
	return kept.socket;
}

static void end_subject(void)
{
	int status;

	kill(kept.pid, SIGKILL);
	waitpid(kept.pid, &status, 0);
	close(kept.socket);
	kept.owner = 0;
}

pid_t called_process(void)
{
	return kept.owner == getpid() ? kept.pid : getpid();
}

int64_t call_with(const char *name, bool is_descriptor, const struct call_argument *arguments)
{
	static struct request request;
	static struct reply reply;
	int fds[ARGUMENTS_MAX], fd = -1, received = -1, socket;
	size_t count;

	memset(&request, 0, sizeof(request));
	snprintf(request.name, sizeof(request.name), "%s", name);
	request.is_descriptor = is_descriptor;
	count = fill_request(&request, arguments, fds);
	socket = get_subject();
	if (message_send(socket, &request, sizeof(request), fds, count) == 0)
		received = await_reply(socket, &reply, &fd);
	adopt_umask(kept.pid);
	if (!call_keeps_subject || received < 0)
		end_subject();
	if (received < 0)
		return fail_input("%s(): the program with your files ended, or gave no answer for "
				  "%d s",
				  name, CALL_MILLISECONDS / 1000);
	copy_back(&reply, arguments);
	if (fd >= 0)
		fcntl(fd, F_SETFD, reply.flags);
	reply.failure.text[sizeof(reply.failure.text) - 1] = '\0';
	if (reply.failure.text[0])
		fail_set(&reply.failure);
	errno = reply.error;
	return is_descriptor && reply.result >= 0 ? fd : reply.result;
}
