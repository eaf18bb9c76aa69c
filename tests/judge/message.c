#include "message.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS_MAX = ARGUMENTS_MAX };

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

int message_send(int socket, const void *bytes, size_t size, const int *fds, size_t count)
{
	struct iovec data = { (void *)bytes, size };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (count > 0) {
		struct cmsghdr *header = &control.header;

		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int message_receive(int socket, void *bytes, size_t size, int *fds, size_t most)
{
	struct iovec data = { bytes, size };
	union control control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
	size_t count = header ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
	int received[FDS_MAX];

	if (header)
		memcpy(received, CMSG_DATA(header), count * sizeof(int));
	if (length == (ssize_t)size && count <= most) {
		memcpy(fds, received, count * sizeof(int));
		return (int)count;
	}
	while (count > 0)
		close(received[--count]);
	return -1;
}
