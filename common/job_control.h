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

/*
 * Lends the terminal to the command, unless it is lent on demand only. Starts a witness if one is
 * needed.
 */
void job_lend(struct child *child);

/*
 * Call this when `signal` has stopped the command. If the command asks for the terminal (SIGTTIN,
 * SIGTTOU) and the step's job is in the foreground, lends the terminal to the command. Otherwise
 * stops the step's job as a whole, which the caller's shell sees. Returns when the job goes on.
 */
void job_stop(struct child *child, int signal);

/* Lends the terminal again and continues the command, after `fg` or `bg` in the caller's shell. */
void job_go_on(struct child *child);

/*
 * Call this when SIGTTIN or SIGTTOU was sent to the step's own group. If the reason is that the
 * command has the terminal, takes the terminal back for the step's neighbour in a pipeline (less in
 * `step-02 cat | less`), and returns true. Otherwise the whole job is in the background: returns
 * false.
 */
bool job_give_way(struct child *child, const siginfo_t *info);

/*
 * Asks the kernel whether a signal has stopped or ended the witness (witness.h). Stops the command,
 * too, if the signal is to stop it. Returns a SIGINT or SIGQUIT that the terminal has sent to the
 * command's group, since a PID 1 may not have got it; or 0.
 */
int job_ask_witness(struct child *child);

#endif
