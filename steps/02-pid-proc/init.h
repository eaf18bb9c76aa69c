/*
 * Chapter 2: the first process, PID 1.
 *
 * The kernel treats it unlike any other: signals that it has no handler for do not reach it, and
 * orphans become its children, to be waited for by it.
 *
 * Source: pid_namespaces(7), "The namespace init process"; wait(2).
 */
#ifndef STEPS_INIT_H
#define STEPS_INIT_H

#include <stdbool.h>

#include "command.h"

struct init {
	bool wanted; /* a small init is PID 1, and the command its child */
};

/*
 * Executes the command as PID 1; or, if an init is wanted, becomes it: forwards each signal to
 * the command, waits for all children, and ends when the command does, with its exit status.
 *
 * Returns only on failure: -1.
 */
int init_exec(const struct init *init, const struct command *command);

#endif
