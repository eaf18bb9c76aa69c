/*
 * Job control, for job.c: the command's process group is stopped and goes on, and the terminal is
 * lent to it and taken back.
 *
 * Source: credentials(7); "Job Control" in the glibc manual, for what a shell does.
 */
#ifndef COMMON_JOB_CONTROL_H
#define COMMON_JOB_CONTROL_H

#include <signal.h>
#include <stdbool.h>

struct child; /* spawn.h */

/* Sends `signal` to the command's whole group. */
void job_signal(const struct child *child, int signal);

/* Lends the terminal to the command, unless others want it, too; starts a witness if need be. */
void job_lend(struct child *child);

/*
 * `signal` has stopped the command. If the command asks for the terminal (SIGTTIN, SIGTTOU) and our
 * job is in the foreground, lends the terminal to the command. Otherwise stops our job as a whole,
 * which our caller's shell sees. Returns when the job goes on.
 */
void job_stop(struct child *child, int signal);

/* Our caller's shell has said `fg` or `bg`. */
void job_go_on(struct child *child);

/*
 * Our own group was sent SIGTTIN or SIGTTOU. If the reason is that the command has the terminal,
 * takes the terminal back for our neighbour in a pipeline (less in `step-02 cat | less`), and
 * returns true. Otherwise our whole job is in the background.
 */
bool job_give_way(struct child *child, const siginfo_t *info);

/*
 * A child of ours has changed. If it is the witness (witness.h), does what the witness tells.
 * Returns the signal that the terminal has sent to the command's group, which a PID 1 may not have
 * got; or 0.
 */
int job_ask_witness(struct child *child);

#endif
