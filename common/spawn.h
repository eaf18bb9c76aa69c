/*
 * Chapter 1: a child process in new namespaces, its start and its end.
 *
 *     host side                                child
 *     child_spawn(&child, CLONE_NEWUTS, ...)   begins, and waits
 *     ... what only the host side can do ...
 *     child_release(&child)                    goes on: calls inside(), which ends in execve(2)
 *     child_wait(&child)
 *
 * A socket pair connects the two sides. The host side sends one byte through the socket to release
 * the child; a child that fails sends its failure before it ends. End-of-file tells each side that
 * the other one has died.
 */
#ifndef COMMON_SPAWN_H
#define COMMON_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "job.h"

struct child {
	pid_t pid;	/* as the host side sees it; 0: none */
	int pidfd;	/* refers to this process, while a pid may be given to another one later */
	int socket;	/* the host side's end of the socket pair; in the child, the child's end */
	struct job job; /* chapter 2: the terminal, and the signals that are passed on */
	int cgroup; /* chapter 5: directory of the child's first cgroup (v2); -1: the host side's */
	bool unexecuted; /* chapter 5: a signal ended the child before its execve(2) */
	bool detached;	 /* chapter 6: the child goes on when the host side ends */
};

/* Ends the child, if it still runs, when the variable goes out of scope. */
#define autochild __attribute__((cleanup(child_cleanup)))
#define CHILD_NONE                                                                                 \
	((struct child){ .pidfd = -1, .socket = -1, .cgroup = -1, .job.terminal.fd = -1 })

/*
 * Starts a child in new `namespaces` (CLONE_NEWUTS | ...). The child waits for child_release(),
 * then calls inside(argument), which executes the command. If inside() returns, it has failed, and
 * the child ends with its failure. The kernel kills the child when the host side ends, however it
 * ends, unless the child is `detached`.
 *
 * Returns 0 or -1 (EPERM: not root; ENOSPC: limit of namespaces; EINVAL: unknown to the kernel).
 * Source: clone(2), of clone3; pid_namespaces(7); PR_SET_PDEATHSIG of prctl(2).
 */
int child_spawn(struct child *child, uint64_t namespaces, int (*inside)(void *), void *argument);

/* Lets the child go on. Returns 0 or -1. */
int child_release(struct child *child);

/*
 * Waits for the child's end; meanwhile job_wait() passes signals on to the child. Returns its exit
 * status, 128+n after signal n, or -1 if the child sent a failure.
 */
int child_wait(struct child *child);

/* For autochild. */
void child_cleanup(struct child *child);

/* ---- For the child's side, and for processes that start children in another way ---- */

/* Waits for child_release(). Returns 0 or -1 (the host side has died). */
int child_await_release(const struct child *child);

/*
 * Asks the kernel to kill the child when the host side dies. The kernel forgets this when the user
 * or group of the child changes; then the child repeats this call. Returns 0 or -1 (among other
 * causes: the host side has died already).
 * Source: PR_SET_PDEATHSIG of prctl(2).
 */
int child_die_with_host(const struct child *child);

/*
 * Forks as fork(2) does, with the namespace flags of clone3(2). The new process begins in `cgroup`,
 * unless that is -1. With CLONE_PARENT, the new process is a child of the caller's parent. Returns
 * 0 in the new process. In the caller, returns its pid and fills *pidfd; or returns -1.
 */
pid_t child_fork(uint64_t flags, int cgroup, int *pidfd);

#endif
