/*
 * Chapter 6, engine: a container that runs at another terminal: its first process, and its end.
 *
 *     work/ID/process    "PID START RUNNER START": the first process of the container, and the
 *                        step-06 that waits for it, each with the time of its start
 *
 * A number may be given to another process once its process has ended. So the start times are
 * compared.
 *
 * Source: docker-rm(1), --force; docker-stop(1); pidfd_open(2).
 */
#ifndef STEPS_RUNNING_H
#define STEPS_RUNNING_H

#include <stdint.h>
#include <sys/types.h>

#include "record.h"

/* Notes the first process, `pid`, in the open directory work/ID. Returns 0 or -1. */
int running_note(int directory, pid_t pid);

/*
 * Opens the first process of a container. Fills its `pid`. Returns a pidfd; 0: no process runs (any
 * more, or yet); or -1.
 */
int running_open(const struct record *record, pid_t *pid);

/* Sends a signal to the first process. Returns 1; 0: no process runs; or -1. */
int running_signal(const struct record *record, int signal);

/*
 * Ends a container, if it runs: sends `signal`, and SIGKILL if it has not ended `milliseconds`
 * later. Returns when the command that has run the container has noted the end. Returns 0 or -1.
 */
int running_end(const struct record *record, int signal, int64_t milliseconds);

#endif
