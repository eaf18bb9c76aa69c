/*
 * The judge's process beside the learner's step. One process of the step executes our probe, in the
 * container that the step has made; the server takes a socket from that process, and hands the
 * test's command over by it. The step itself executes no other program but nft(8), also later: a
 * step makes system calls, and runs no unshare(1), mount(8) or ip(8).
 *
 * Source: unix(7), SCM_RIGHTS; pidfd_getfd(2); seccomp_unotify(2).
 */
#ifndef JUDGE_SERVER_H
#define JUDGE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

/* How the process of server_start() ends. */
enum server_end {
	SERVER_HANDED_OVER = 0,
	SERVER_NOT_ASKED, /* the container is gone, and no process has asked for the command */
	SERVER_FORGED,	  /* another program has asked */
	SERVER_EXECUTED,  /* the step wanted to execute another program; the message is printed */
};

struct server {
	const char *step;     /* the learner's program */
	char *const *command; /* of the test; ends with NULL. NULL: there is none, and no program */
	pid_t init;	      /* above the learner's program; 0: none */
	bool has_rootfs;      /* the container has busybox's root file system, not the host's */
};

/* Makes the two ends of the socket: the server's, and the step's. Returns 0 or -1. */
int server_prepare(int pair[2]);

/*
 * On the step's side, before any of the learner's code runs: lets the server decide what is
 * executed from now on. Returns 0; 1 if the server of another step does that already, in whose
 * container this process is; or -1.
 */
int server_watch_me(int socket);

/* Starts the process. Returns its pid or -1. */
pid_t server_start(const struct server *server, int socket);

#endif
