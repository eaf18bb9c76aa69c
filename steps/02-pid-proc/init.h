/*
 * Chapter 2: the first process, PID 1.
 *
 * The kernel does not deliver a signal to PID 1 that it has no handler for. Orphans become children
 * of PID 1, which has to wait for them.
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
 * Executes the command as PID 1. If an init is wanted, executes the command as a child, and becomes
 * the init: passes each signal on to the command, waits for all children, and ends when the command
 * has ended, with its exit status.
 *
 * Returns only on failure: -1.
 */
int init_exec(const struct init *init, const struct command *command);

#endif
