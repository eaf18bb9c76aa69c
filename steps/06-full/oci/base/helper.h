/*
 * Chapter 6: a process that opens something elsewhere, such as in another mount namespace, and
 * hands the descriptor over.
 *
 * Source: clone(2), SCM_RIGHTS of unix(7).
 */
#ifndef STEPS_HELPER_H
#define STEPS_HELPER_H

#include <stdint.h>

/*
 * Starts a process in new `namespaces` (CLONE_NEWNS | ...), which calls open(argument) and ends.
 * Waits for it. Returns the descriptor that open() has returned there, or -1 with the failure that
 * open() has kept there.
 */
int helper_open(uint64_t namespaces, int (*open)(void *), void *argument);

/* Makes two connected sockets, each for one of two processes. Returns 0 or -1. */
int helper_connect(int *ours, int *theirs);

/* For the process itself: hands `fd` over; if it is -1, the failure that this process keeps. */
void helper_answer(int socket, int fd);

/* Waits for the answer. Returns the descriptor, or -1 with the failure. */
int helper_receive(int socket);

#endif
