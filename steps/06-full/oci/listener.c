#include "listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

/* Sends a text with a descriptor beside it. Source: unix(7), SCM_RIGHTS. */
static int send_with(int socket, const char *text, int fd)
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
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* Takes the descriptor. Returns it, or -1 at the end: the other side is dead. */
static int take(int socket)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t got;
	int fd;

	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	header = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int listener_prepare(struct listener *listener)
{
	int ends[2];

	if (!listener->path)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	listener->ours = ends[0];
	listener->childs = ends[1];
	return 0;
}

int listener_hand_over(const struct listener *listener, int fd)
{
	autofd int notify = fd;

	narrate("sendmsg SCM_RIGHTS: the listener of the filter");
	return send_with(listener->childs, "x", notify) < 0 ? fail("sendmsg the listener") : 0;
}

/* What the socket is told: the process, what the descriptor is, and the container's state. */
static char *text_of(const struct listener *listener, pid_t pid, json_t *state)
{
	json_t *object = json_pack("{s:O, s:[s], s:i, s:o}", "ociVersion",
				   json_object_get(state, "ociVersion"), "fds", "seccompFd", "pid",
				   pid, "state", state);
	char *text;

	if (object && listener->metadata)
		json_object_set_new(object, "metadata", json_string(listener->metadata));
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}

static int pass(const struct listener *listener, const char *text, int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autofd int way = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (way < 0)
		return fail("socket");
	if (strlen(listener->path) >= sizeof(address.sun_path))
		return fail_input("linux.seccomp.listenerPath: the path is too long");
	strcpy(address.sun_path, listener->path);
	if (connect(way, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("failed to connect with seccomp agent: linux.seccomp.listenerPath %s",
			    listener->path);
	return send_with(way, text, fd) < 0 ? fail("sendmsg to %s", listener->path) : 0;
}

int listener_pass(struct listener *listener, pid_t pid, json_t *state)
{
	autofree char *text = NULL;
	autofd int notify = -1;

	if (!listener->path) {
		json_decref(state);
		return 0;
	}
	close(listener->childs);
	notify = take(listener->ours);
	close(listener->ours);
	text = text_of(listener, pid, state);
	if (notify < 0)
		return 0;
	return text ? pass(listener, text, notify) : fail_input("state: no memory");
}
