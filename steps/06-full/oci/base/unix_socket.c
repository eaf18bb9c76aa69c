#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "signals.h"

/* A full queue of connections cannot be polled: connect(2) is tried again after this time. */
enum { AGAIN_MILLISECONDS = 20, FOR_EVER = -1 };

/* Waits for `events` of a socket (-1: for the time alone). Returns 0, or -1 at a signal. */
static int wait_for(int socket, short events, int milliseconds, const char *what)
{
	autofd int ending = signals_open_ending();
	struct pollfd polled[] = { { .fd = ending, .events = POLLIN },
				   { .fd = socket, .events = events } };
	int ready;

	if (ending < 0)
		return -1;
	do {
		ready = poll(polled, 2, milliseconds);
	} while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return fail("poll: %s", what);
	return polled[0].revents ? fail_input("%s: ended by a signal while it waited", what) : 0;
}

int unix_socket_await(int socket, const char *what)
{
	return wait_for(socket, POLLIN, FOR_EVER, what);
}

/*
 * Fills the address. The link of a descriptor in /proc stands for a path that is too long; `file`
 * is that descriptor, which must stay open until the socket is connected.
 */
static int find_address(const char *path, struct sockaddr_un *address, int *file)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) < sizeof(address->sun_path)) {
		strcpy(address->sun_path, path);
		return 0;
	}
	*file = open(path, O_PATH | O_CLOEXEC);
	if (*file < 0)
		return -1;
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d", *file);
	return 0;
}

static int connect_to(const char *path, const char *what, bool waits)
{
	struct sockaddr_un address;
	autofd int file = -1, way = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (way < 0)
		return fail("socket AF_UNIX");
	if (find_address(path, &address, &file) < 0)
		return fail("%s %s", what, path);
	narrate("connect %s", path);
	while (connect(way, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno != EAGAIN || !waits)
			return fail("%s %s", what, path);
		if (wait_for(-1, 0, AGAIN_MILLISECONDS, what) < 0)
			return -1;
	}
	return cleanup_take_fd(&way);
}

int unix_socket_tell(const char *path, const char *text, const char *what)
{
	struct sockaddr_un address;
	autofd int file = -1, way = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (way < 0)
		return fail("socket AF_UNIX");
	if (find_address(path, &address, &file) < 0 ||
	    sendto(way, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		   sizeof(address)) < 0)
		return fail("%s %s", what, path);
	return 0;
}

int unix_socket_connect(const char *path, const char *what)
{
	return connect_to(path, what, true);
}

int unix_socket_try(const char *path, const char *what)
{
	return connect_to(path, what, false);
}

int unix_socket_send(int socket, const char *text, int fd, const char *what)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec data = { (void *)text, strlen(text) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	while (data.iov_len > 0) {
		ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return fail("sendmsg: %s", what);
		if (sent < 0 && wait_for(socket, POLLOUT, FOR_EVER, what) < 0)
			return -1;
		if (sent <= 0)
			continue;
		data.iov_base = (char *)data.iov_base + sent;
		data.iov_len -= (size_t)sent;
		message.msg_control = NULL; /* the descriptor went with the first bytes */
		message.msg_controllen = 0;
	}
	return 0;
}
