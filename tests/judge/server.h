/*
 * The judge's process beside the learner's step. It hands the test's command over to the process
 * that the step has executed in the container, once the kernel says that this process executes our
 * probe. Until then it allows no other program to be executed but nft(8): a step makes system
 * calls, and runs no unshare(1), mount(8) or ip(8).
 *
 * Source: unix(7), SO_PASSCRED and SCM_RIGHTS; seccomp_unotify(2).
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
	bool has_rootfs;      /* the container has busybox's root file system, not the host's */
};

/* Makes the two ends of the socket: the server's, and the step's. Returns 0 or -1. */
int server_prepare(int pair[2]);

/*
 * On the step's side, before any of the learner's code runs: lets the server decide what is
 * executed from now on. Returns 0 or -1.
 */
int server_watch_me(int socket);

/* Starts the process. Returns its pid or -1. */
pid_t server_start(const struct server *server, int socket);

#endif
