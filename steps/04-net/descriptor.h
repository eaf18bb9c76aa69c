/*
 * Chapter 4: an open descriptor, passed to another process through a socket.
 *
 * The receiver gets a descriptor of the same open file. No path leads to it, so it can be anything:
 * a namespace, a mount, a terminal.
 *
 * Source: unix(7), SCM_RIGHTS; cmsg(3).
 */
#ifndef STEPS_DESCRIPTOR_H
#define STEPS_DESCRIPTOR_H

/* Sends `fd` with a message of one byte. Returns 0 or -1 (EPIPE: the other side has ended). */
int descriptor_send(int socket, int fd);

/* Waits for a descriptor. Returns it, or -1 (the other side has ended). */
int descriptor_receive(int socket);

#endif
