#include "descriptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"
#include "narrate.h"

/* A message of one byte, with room for one descriptor beside it. */
struct parcel {
	char byte;
	struct iovec data;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
};

static struct msghdr *prepare(struct parcel *parcel)
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

int descriptor_send(int socket, int fd)
{
	struct parcel parcel;
	struct msghdr *message = prepare(&parcel);
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	narrate("sendmsg SCM_RIGHTS to the other side");
	if (sendmsg(socket, message, MSG_NOSIGNAL) < 0)
		return fail("sendmsg to the other side");
	return 0;
}

int descriptor_receive(int socket)
{
	struct parcel parcel;
	struct msghdr *message = prepare(&parcel);
	const struct cmsghdr *header;
	ssize_t got = recvmsg(socket, message, MSG_CMSG_CLOEXEC);
	int fd;

	if (got < 0)
		return fail("recvmsg");
	if (got == 0)
		return fail_input("recvmsg: the other side has died");
	header = CMSG_FIRSTHDR(message);
	if (!header || header->cmsg_type != SCM_RIGHTS) {
		errno = EMFILE; /* the kernel drops a descriptor for which there is no number */
		return fail("recvmsg of a descriptor");
	}
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}
