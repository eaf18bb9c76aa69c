/*
 * Chapter 6: sockets on which another program listens, and to which the runtime sends a descriptor.
 *
 * The program at the other end may be slow, or silent for ever. Each wait for it ends at SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT too, although job_defer_signals() has blocked them.
 *
 * Source: unix(7), SCM_RIGHTS.
 */
#ifndef STEPS_UNIX_SOCKET_H
#define STEPS_UNIX_SOCKET_H

/*
 * Connects to the stream socket at `path`, which may be longer than the 107 bytes of an address.
 * `what` begins the message of a failure. Returns the connection, or -1.
 */
int unix_socket_connect(const char *path, const char *what);

/* The same, but does not wait for a listener whose queue is full: EAGAIN. */
int unix_socket_try(const char *path, const char *what);

/* Sends the text as one datagram to the socket at `path`, of any length. Returns 0 or -1. */
int unix_socket_tell(const char *path, const char *text, const char *what);

/* Sends the text, and the descriptor beside its first byte. Returns 0 or -1. */
int unix_socket_send(int socket, const char *text, int fd, const char *what);

/*
 * Waits until `socket` has a message or its other end is closed. Returns 0, or -1: one of the four
 * signals came first. `what` says in the message what was waited for.
 */
int unix_socket_await(int socket, const char *what);

#endif
