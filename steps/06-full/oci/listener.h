/*
 * Chapter 6: the one who is asked about system calls (SCMP_ACT_NOTIFY).
 *
 *     host side                            container
 *     listener_prepare()
 *     child_spawn(), child_release()       filter_load(): listener_hand_over()
 *     listener_pass(): to the socket
 *
 * The kernel gives whoever loads the filter a descriptor that the questions come from. It goes to
 * the host side, and from there with the container's state to a socket that config.json names.
 *
 * Source: seccomp_unotify(2); config-linux.md of the OCI runtime specification, "The Container
 * Process State".
 */
#ifndef STEPS_LISTENER_H
#define STEPS_LISTENER_H

#include <jansson.h>
#include <sys/types.h>

struct listener {
	const char *path;     /* of the socket; NULL: nobody is asked */
	const char *metadata; /* what it is told as well; NULL: nothing */
	int ours, childs;     /* the ends of a way for the descriptor */
};

/* On the host, before child_spawn(). Returns 0 or -1. */
int listener_prepare(struct listener *listener);

/* In the container: sends the descriptor. Returns 0 or -1. */
int listener_hand_over(const struct listener *listener, int fd);

/*
 * On the host: waits for the descriptor, and passes it on, with the pid of the process and `state`,
 * the container's, which it frees. If the container has failed meanwhile, that is told later.
 * Returns 0 or -1.
 */
int listener_pass(struct listener *listener, pid_t pid, json_t *state);

#endif
