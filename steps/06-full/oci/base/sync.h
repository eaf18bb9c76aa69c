/*
 * Chapter 6: messages between the host side and the container's first process, while the container
 * is made. They go through the socket pair of child_spawn(), child->socket.
 *
 *     host side                                child
 *     child_release()                          child_await_release()
 *     sync_expect()                            sync_reached()
 *     sync_send_text()                         sync_receive_text()
 *     sync_receive_descriptor()                descriptor_send()
 *     sync_await_exec()                        execve(2) closes the socket
 *
 * A child that fails sends its failure instead, a message of another length.
 *
 * Source: unix(7), SOCK_SEQPACKET.
 */
#ifndef STEPS_SYNC_H
#define STEPS_SYNC_H

#include <sys/types.h>

#include "spawn.h"

/* In the child: tells the host side that the next step is reached. Returns 0 or -1. */
int sync_reached(const struct child *child);

/* On the host side: waits until the child has reached a step. Returns 0 or -1 (it has failed). */
int sync_expect(const struct child *child);

/*
 * On the host side: waits until the child has sent something, or has ended, and receives a message
 * of at most `size` bytes. The child may be stopped or frozen for ever, so a signal that
 * job_defer_signals() has blocked ends the wait. Returns the message's length, 0 if the child has
 * ended without one, or -1.
 */
ssize_t sync_receive(const struct child *child, void *message, size_t size);

/*
 * On the host side: waits for the child's execve(2). If job.meanwhile() is set, the child's first
 * message is for that function: then waits for the message only, and leaves it in the socket.
 * Returns 0, or -1: the child has failed, or has died before its execve(2).
 */
int sync_await_exec(const struct child *child);

/* Sends a text, which may be longer than any message of a socket. Returns 0 or -1. */
int sync_send_text(const struct child *child, const char *text);

/* In the child: receives a text, which the caller frees. Returns NULL if there is none. */
char *sync_receive_text(const struct child *child);

/*
 * On the host side: receives a descriptor that is there already. Returns it; or -1, without a
 * message unless recvmsg(2) has failed: there is none now, or the child has sent its failure.
 */
int sync_receive_descriptor(const struct child *child);

#endif
