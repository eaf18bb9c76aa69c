/*
 * Chapter 6: the files of a state, for state.c, which has their directory.
 */
#ifndef STEPS_STATE_FILE_H
#define STEPS_STATE_FILE_H

#include "state.h"

/* Reads the file in the open directory, and finds out the status. Returns 0, 1: none, or -1. */
int state_file_read(struct state *state);

/* Returns 1 if there is one, of a container that is there or is being created; 0; or -1. */
int state_file_is_there(const struct state *state);

/* Removes all of them. Returns 0 or -1. */
int state_file_remove(const struct state *state);

#endif
