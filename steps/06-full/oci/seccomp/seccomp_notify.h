/*
 * Chapter 6: the listener, a program that decides about system calls (SCMP_ACT_NOTIFY).
 *
 *     host side                            container
 *     seccomp_notify_prepare()
 *     child_spawn(), child_release()       seccomp_filter_load(): seccomp_notify_hand_over()
 *     seccomp_notify_pass(): to the socket
 *
 * The kernel gives the process that loads the filter a descriptor, from which the listener reads
 * the calls. The process sends it to the host side. The host side sends it, with the container's
 * state, to the listener's socket, which config.json names.
 *
 * Source: seccomp_unotify(2); config-linux.md of the OCI runtime specification, "The Container
 * Process State".
 */
#ifndef STEPS_SECCOMP_NOTIFY_H
#define STEPS_SECCOMP_NOTIFY_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct seccomp_notify {
	const char *path;     /* of the socket; NULL: there is none */
	const char *metadata; /* a text for the listener; NULL: none */
	bool is_asked;	      /* the filter has an SCMP_ACT_NOTIFY: the listener has to be there */
	int ours, childs;     /* the ends of a socketpair(2), to pass the descriptor */
};

/* On the host, before child_spawn(). Returns 0 or -1. */
int seccomp_notify_prepare(struct seccomp_notify *listener);

/*
 * In the container: sends the descriptor `fd` to the host side; -1: the filter has none. Returns 0
 * or -1.
 */
int seccomp_notify_hand_over(const struct seccomp_notify *listener, int fd);

/*
 * On the host: waits for the descriptor, and sends it to the listener, with the pid of the process
 * and the container's `state`, which this function frees. If the container has failed meanwhile,
 * this is no failure here: it is reported later. A listener that the filter never asks need not be
 * there. Returns 0 or -1.
 */
int seccomp_notify_pass(struct seccomp_notify *listener, pid_t pid, json_t *state);

#endif
