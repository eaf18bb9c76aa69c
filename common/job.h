/*
 * Chapter 2: the command as a job of the caller's terminal, and the signals that are passed on to
 * the command.
 *
 * The command always leads a process group of its own. Otherwise kill(0, ...) in a container would
 * reach the program that started the step: the kernel sends that signal to the whole group, across
 * PID namespaces. If the step has no controlling terminal, or none of its standard streams is a
 * terminal, the command leads a session of its own as well, and has no controlling terminal.
 *
 * spawn.c calls these functions, so chapter 1 can be read without them.
 *
 * Source: credentials(7), kill(2), setpgid(2), setsid(2); pid_namespaces(7), for signals of a
 * PID 1.
 */
#ifndef COMMON_JOB_H
#define COMMON_JOB_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "terminal.h"

struct child; /* spawn.h */

struct job {
	/* The caller of child_spawn() sets: */
	bool has_init;	  /* the child becomes an init, which passes signals on to the command */
	bool own_session; /* the child gets a session of its own, without a terminal */
	void (*meanwhile)(void *argument); /* chapter 6: work for job_wait() until a signal comes */
	void *argument;			   /* of meanwhile() */
	/* The functions of job.h set: */
	bool is_init;	       /* the child is PID 1 of its own PID namespace */
	bool is_deferring;     /* job_defer_signals() was called */
	sigset_t callers_mask; /* the signal mask before that call; the command gets it */
	struct terminal terminal;
	pid_t witness;	/* witness.h; 0: there is none */
	int killed_for; /* the signal that could not reach the child, which was killed instead */
};

/*
 * Blocks the signals that job_wait() takes. child_spawn() does so, too. A step that makes something
 * before child_spawn(), and has to undo it, calls this first: Ctrl-C then waits for job_wait().
 */
void job_defer_signals(struct job *job);

/*
 * On the host side, before the child starts: blocks the signals that job_wait() takes, and opens
 * the terminal.
 */
void job_prepare(struct job *job);

/* In the child: enters a process group of its own, or a session. Returns 0 or -1. */
int job_enter(const struct job *job);

/* On the host side, when the child has started: lends the terminal to it. */
void job_begin(struct child *child);

/*
 * Waits for the child's end; the child stays a zombie, for waitid(2). Passes SIGINT, SIGTERM,
 * SIGHUP and SIGQUIT on to the child, and stops and goes on together with it. A PID 1 gets a signal
 * alone, or with its group if the terminal sent the signal (Ctrl-C). Without a PID namespace, the
 * whole group gets the signal. A PID 1 without a handler would ignore the signal, so it is killed.
 *
 * Fills `end` as waitid(2) does. Returns 0 or -1.
 */
int job_wait(struct child *child, siginfo_t *end);

/* Takes the terminal back, when the command has ended. */
void job_end(struct job *job);

#endif
