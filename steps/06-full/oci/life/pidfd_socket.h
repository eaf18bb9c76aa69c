/*
 * Chapter 6: the descriptor of a container's process (pidfd) for a caller, --pidfd-socket.
 *
 * A pid may have been given to another process by the time it is used. A pidfd names the process
 * itself: its holder sends signals by pidfd_send_signal(2), and poll(2) tells when it has ended.
 *
 * Source: pidfd_open(2); runC's man pages, --pidfd-socket.
 */
#ifndef STEPS_PIDFD_SOCKET_H
#define STEPS_PIDFD_SOCKET_H

/*
 * Connects to the socket and sends the pidfd, beside a text: "standard" for a container's first
 * process, "setns" for that of an exec, as runC calls them. Does nothing if `path` is NULL. Returns
 * 0 or -1.
 */
int pidfd_socket_send(const char *path, int pidfd, const char *text);

#endif
