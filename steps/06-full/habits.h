/*
 * Chapter 6: habits of Docker's users: what they type first, and where this workbook has it.
 */
#ifndef STEPS_HABITS_H
#define STEPS_HABITS_H

#include "config.h"

/*
 * Refuses a verb that step-06 does not have. The message says where this workbook has a verb of
 * Docker's, or suggests `nearest`, a similar verb of step-06 (NULL: none). Returns -1.
 */
int habits_refuse_verb(const char *verb, const char *nearest);

/* Warns of a shell that reads end-of-file at once, if a user at a terminal has forgotten -i. */
void habits_warn_of_input(const struct config *config);

#endif
