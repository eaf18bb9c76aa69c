#include "pidfd_socket.h"

#include "cleanup.h"
#include "unix_socket.h"

int pidfd_socket_send(const char *path, int pidfd, const char *text)
{
	autofd int socket = path ? unix_socket_connect(path, "connect to --pidfd-socket") : -1;

	if (!path)
		return 0;
	return socket < 0 ? -1 : unix_socket_send(socket, text, pidfd, "--pidfd-socket");
}
