/*
 * Chapter 6: the one who is asked about system calls (SCMP_ACT_NOTIFY).
 *
 *     host side                            container
 *     seccomp_notify_prepare()
 *     child_spawn(), child_release()       seccomp_filter_load(): seccomp_notify_hand_over()
 *     seccomp_notify_pass(): to the socket
 *
 * The kernel gives whoever loads the filter a descriptor that the questions come from. It goes to
 * the host side, and from there with the container's state to a socket that config.json names.
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
	const char *metadata; /* what it is told as well; NULL: nothing */
	bool is_asked;	      /* the filter has an SCMP_ACT_NOTIFY: the listener has to be there */
	int ours, childs;     /* the ends of a way for the descriptor */
};

/* On the host, before child_spawn(). Returns 0 or -1. */
int seccomp_notify_prepare(struct seccomp_notify *listener);

/* In the container: sends the descriptor; -1: the filter has none. Returns 0 or -1. */
int seccomp_notify_hand_over(const struct seccomp_notify *listener, int fd);

/*
 * On the host: waits for the descriptor, and passes it on, with the pid of the process and `state`,
 * the container's, which it frees. If the container has failed meanwhile, that is told later. A
 * listener that is never asked need not be there. Returns 0 or -1.
 */
int seccomp_notify_pass(struct seccomp_notify *listener, pid_t pid, json_t *state);

#endif
