/*
 * Chapter 6: the files in the directory of a state. state.c opens the directory and calls these
 * functions.
 */
#ifndef STEPS_STATE_FILE_H
#define STEPS_STATE_FILE_H

#include "state.h"

/*
 * Reads the file in the open directory, and finds out the status. Returns 0, 1 if there is none, or
 * -1.
 */
int state_file_read(struct state *state);

/*
 * Returns 1 if there is a file, of a complete container or of one that is being created; 0; or -1.
 */
int state_file_is_there(const struct state *state);

/* Removes all these files. Returns 0 or -1. */
int state_file_remove(const struct state *state);

#endif
