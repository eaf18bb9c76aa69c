/*
 * Spawning: a child process in new namespaces, and the hand-over between the two sides.
 *
 *     host side                                child
 *     child_spawn(&child, CLONE_NEWUTS, ...)   begins, and waits
 *     ... what only the host side can do ...
 *     child_release(&child)                    goes on: calls inside(), which ends in execve(2)
 *     child_wait(&child)
 *
 * A socket pair connects them. The host side sends one byte through it to let the child go; the
 * child sends its failure, if it has one, before it ends. End-of-file tells either that the other
 * is dead.
 */
#ifndef COMMON_SPAWN_H
#define COMMON_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "terminal.h"

struct child {
	pid_t pid;	/* as the host side sees it; 0: none */
	int pidfd;	/* names the process itself: a pid may be given to another one */
	int socket;	/* our end of the hand-over */
	int cgroup;	/* directory of the cgroup (v2) to start in, or -1: in ours */
	bool is_init;	/* it is PID 1 of its own PID namespace */
	bool own_group; /* it leads a process group of its own */
	int killed_for; /* the signal that it would have ignored, so that we killed it */
	bool deferring; /* child_defer_signals() was called, and found this mask: */
	sigset_t callers;
	struct terminal terminal;
	/* To be set before child_spawn(): */
	bool own_session; /* it shall have a session of its own, and so nothing of our terminal */
	bool detached;	  /* it shall go on when our process ends */
	/*
	 * Called with inside()'s argument by a process in between, which then starts the child as
	 * ours: some namespaces are entered by one's children alone. Returns 0 or -1.
	 */
	int (*between)(void *argument);
	void (*meanwhile)(void *argument); /* child_wait() calls it: returns at the next signal */
	void *argument;
};

/* Ends the child, if it still runs, when the variable goes out of scope. */
#define autochild __attribute__((cleanup(child_cleanup)))
#define CHILD_NONE                                                                                 \
	{                                                                                          \
		.pidfd = -1, .socket = -1, .cgroup = -1, .terminal.fd = -1                         \
	}

/*
 * Blocks the signals that child_wait() deals with. child_spawn() does it; call it earlier where
 * something is made before that has to be undone: Ctrl-C then waits for child_wait().
 */
void child_defer_signals(struct child *child);

/*
 * Starts a child in new `namespaces` (CLONE_NEWUTS | ...). The child waits for child_release(),
 * then calls inside(argument), which executes the command; when it returns, it has failed and the
 * child ends with the failure. The child is killed when our process ends, however it ends, unless
 * it is `detached`.
 *
 * From here on, the signals that child_wait() deals with are blocked in our process.
 *
 * Returns 0 or -1 (EPERM: not root; ENOSPC: limit of namespaces; EINVAL: unknown to the kernel).
 * Source: clone(2), of clone3; pid_namespaces(7); PR_SET_PDEATHSIG of prctl(2).
 */
int child_spawn(struct child *child, uint64_t namespaces, int (*inside)(void *), void *argument);

/* Lets the child go on. Returns 0 or -1. */
int child_release(struct child *child);

/*
 * For the child's side, inside(), where child->socket is its own end of the hand-over: makes sure
 * that it dies with the host side. Has to be done again when its user or group has changed, for
 * then the kernel forgets. Returns 0, or -1 (the host side has died already, too).
 * Source: PR_SET_PDEATHSIG of prctl(2).
 */
int child_die_with_host(const struct child *child);

/*
 * Hands a descriptor over to the other side. Returns 0 or -1 (EPIPE: it has ended).
 * Source: unix(7), SCM_RIGHTS.
 */
int child_hand_over(const struct child *child, int fd);

/* On the host side: returns it, or -1 (without a message: there is none now). */
int child_take(const struct child *child);

/* Inside: waits for it. Returns it, or -1 (the host side has died). */
int child_accept(const struct child *child);

/*
 * Steps on which the two sides agree, between child_release() and execve(2). Inside,
 * child_reached() tells the host side that the next one is reached, and child_await() waits for its
 * word, child_release(), to go on. On the host side, child_expect() waits until a step is reached.
 * They return 0 or -1 (the child's failure, or the other side has died).
 */
int child_reached(const struct child *child);
int child_await(const struct child *child);
int child_expect(const struct child *child);

/*
 * On the host side: waits for its execve(2). If there is something to do `meanwhile`, its first
 * message is for that, and is waited for instead. Returns 0 (or it has died), or -1: it has failed.
 */
int child_executed(const struct child *child);

/* Lets go of it: child_cleanup() does not end it any more. */
void child_leave(struct child *child);

/*
 * As child_release() and child_await(), but the word is a text, which child_hear() returns for the
 * caller to free; NULL: there is none.
 */
int child_tell(const struct child *child, const char *text);
char *child_hear(const struct child *child);

/*
 * Waits for the child's end. Forwards SIGINT, SIGTERM, SIGHUP and SIGQUIT to it, and stops and
 * goes on together with it (job control). A PID 1 without a handler would ignore the signal: it
 * is killed then.
 *
 * Returns its exit status, 128+n after signal n, or -1 if the child reported a failure.
 */
int child_wait(struct child *child);

/* For autochild. */
void child_cleanup(struct child *child);

#endif
