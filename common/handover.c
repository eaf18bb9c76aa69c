/* The hand-over between the two sides of spawn.h: words, and open descriptors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"
#include "narrate.h"
#include "spawn.h"

int child_reached(const struct child *child)
{
	if (send(child->socket, "", 1, MSG_NOSIGNAL) != 1)
		return fail("send to the host side");
	return 0;
}

int child_await(const struct child *child)
{
	char go;
	ssize_t got = recv(child->socket, &go, sizeof(go), 0);

	if (got < 0)
		return fail("recv from the host side");
	return got == 0 ? fail_input("the host side has died") : 0;
}

/* A word, or the failure. ECONNRESET: it did not read ours, but left one. */
static ssize_t receive(const struct child *child, struct failure *failure)
{
	ssize_t got;

	do {
		got = recv(child->socket, failure, sizeof(*failure), 0);
	} while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	return got;
}

int child_expect(const struct child *child)
{
	struct failure failure;
	ssize_t got = receive(child, &failure);

	if (got == sizeof(failure))
		return fail_set(&failure);
	return got == 1 ? 0 : fail_input("the container's first process has died");
}

int child_executed(const struct child *child)
{
	struct failure failure;

	if (child->meanwhile && recv(child->socket, NULL, 0, MSG_PEEK | MSG_TRUNC) == 1)
		return 0;
	return receive(child, &failure) == sizeof(failure) ? fail_set(&failure) : 0;
}

int child_tell(const struct child *child, const char *text)
{
	if (send(child->socket, text, strlen(text), MSG_NOSIGNAL) < 0)
		return fail("send to the child");
	return 0;
}

char *child_hear(const struct child *child)
{
	ssize_t length = recv(child->socket, NULL, 0, MSG_PEEK | MSG_TRUNC);
	char *text = length > 0 ? malloc((size_t)length + 1) : NULL;

	if (!text || recv(child->socket, text, (size_t)length, 0) != length) {
		free(text);
		fail_input("the host side has died");
		return NULL;
	}
	text[length] = '\0';
	return text;
}

/* A message of one byte, with room for one descriptor beside it. */
struct parcel {
	char byte;
	struct iovec data;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
};

static struct msghdr *pack(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->data = (struct iovec){ .iov_base = &parcel->byte, .iov_len = 1 };
	parcel->message = (struct msghdr){
		.msg_iov = &parcel->data,
		.msg_iovlen = 1,
		.msg_control = parcel->control,
		.msg_controllen = sizeof(parcel->control),
	};
	return &parcel->message;
}

int child_hand_over(const struct child *child, int fd)
{
	struct parcel parcel;
	struct msghdr *message = pack(&parcel);
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	narrate("sendmsg SCM_RIGHTS to the other side");
	if (sendmsg(child->socket, message, MSG_NOSIGNAL) < 0)
		return fail("sendmsg to the other side");
	return 0;
}

/* The descriptor in the next message; 0: there is no message, for the other side has ended. */
static int unpack(int socket)
{
	struct parcel parcel;
	struct msghdr *message = pack(&parcel);
	struct cmsghdr *header;
	ssize_t got = recvmsg(socket, message, MSG_CMSG_CLOEXEC);
	int fd;

	if (got <= 0)
		return got == 0 ? 0 : fail("recvmsg");
	header = CMSG_FIRSTHDR(message);
	if (!header || header->cmsg_type != SCM_RIGHTS) {
		errno = EMFILE; /* what else: there was one */
		return fail("recvmsg of a descriptor");
	}
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int child_take(const struct child *child)
{
	/* A longer message is the child's failure, which is left for child_wait(). */
	if (recv(child->socket, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) != 1)
		return -1;
	return unpack(child->socket);
}

int child_accept(const struct child *child)
{
	int fd = unpack(child->socket);

	return fd == 0 ? fail_input("the host side has died") : fd;
}
