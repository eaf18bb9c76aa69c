/*
 * Chapter 6, engine: long work that can be interrupted.
 *
 * The work is done by a child process. When this process gets a signal that ends programs, it ends
 * the child and removes what the child has begun, in the very way in which the next command removes
 * what a killed command has left. Meanwhile it shows on a terminal how far the work is.
 */
#ifndef STEPS_GUARD_H
#define STEPS_GUARD_H

#include "store.h"

/*
 * Opens the store as engine_open() does, and goes on in a child process. The calling process does
 * not return: it waits, and ends with the child's exit status. `what`: the work's name, for the
 * terminal. `output`: a file that is removed when the work is interrupted; NULL: none. Returns 0 in
 * the child, or -1.
 */
int guard_open(const char *path, struct store *store, const char *what, const char *output);

#endif
