#include "sync.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "file.h"
#include "process_stat.h"
#include "signals.h"

int sync_reached(const struct child *child)
{
	if (send(child->socket, "", 1, MSG_NOSIGNAL) != 1)
		return fail("send to the host side");
	return 0;
}

/* Waits until the child has sent something, or has ended. Returns 0 or -1. */
static int watch(const struct child *child)
{
	autofd int ending = child->job.is_deferring ? signals_open_ending() : -1;
	struct pollfd watched[] = {
		{ .fd = ending, .events = POLLIN },
		{ .fd = child->socket, .events = POLLIN },
		{ .fd = child->pidfd, .events = POLLIN },
	};

	if (child->job.is_deferring && ending < 0)
		return -1;
	while (poll(watched, 3, -1) < 0)
		if (errno != EINTR)
			return fail("poll the child");
	/* Check the child's message first, because the same signal may have ended the child. */
	if (!watched[1].revents && !watched[2].revents)
		return fail_input("ended by a signal, before the command was executed");
	return 0;
}

ssize_t sync_receive(const struct child *child, void *message, size_t size)
{
	ssize_t got;

	if (watch(child) < 0)
		return -1;
	/*
	 * ECONNRESET: the child ended before it read the host side's message; the next recv(2) gets
	 * the child's message.
	 */
	do {
		got = recv(child->socket, message, size, MSG_DONTWAIT);
	} while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	/* The child has ended, and another process still has its end of the socket open. */
	if (got < 0 && errno == EAGAIN)
		return 0;
	return got < 0 ? fail("recv from the child") : got;
}

int sync_expect(const struct child *child)
{
	struct failure failure;
	ssize_t got = sync_receive(child, &failure, sizeof(failure));

	if (got < 0)
		return -1;
	if (got == sizeof(failure))
		return fail_set(&failure);
	return got == 1 ? 0 : fail_input("the container's first process has died");
}

int sync_await_exec(const struct child *child)
{
	struct failure failure;
	ssize_t got;
	int unexecuted;

	if (child->job.meanwhile) {
		if (watch(child) < 0)
			return -1;
		if (recv(child->socket, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) == 1)
			return 0;
	}
	got = sync_receive(child, &failure, sizeof(failure));
	if (got < 0)
		return -1;
	if (got == sizeof(failure))
		return fail_set(&failure);
	/* The workbook's own init (--init) executes no program itself. */
	unexecuted = child->job.has_init ? 0 : process_is_unexecuted(child->pid);
	if (unexecuted > 0)
		return fail_input("the process has died before it executed the command");
	return unexecuted;
}

int sync_send_text(const struct child *child, const char *text)
{
	autofd int file = file_make_memory("text", text);

	return file < 0 ? -1 : descriptor_send(child->socket, file);
}

char *sync_receive_text(const struct child *child)
{
	autofd int file = descriptor_receive(child->socket);
	char *text = file < 0 ? NULL : file_read_open(file);

	if (file >= 0 && !text)
		fail("read a text of the host side");
	return text;
}

int sync_receive_descriptor(const struct child *child)
{
	/* A longer message is the child's failure, which stays for child_wait(). */
	if (recv(child->socket, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) != 1)
		return -1;
	return descriptor_receive(child->socket);
}
