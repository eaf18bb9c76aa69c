/*
 * Chapter 6, engine: names of containers. names/NAME in the store is a link to the container's ID,
 * so to look a name up costs the same however many containers there are.
 *
 * Source: docker-run(1), --name.
 */
#ifndef STEPS_NAMES_H
#define STEPS_NAMES_H

#include "store.h"

enum { NAMES_SIZE = 129 };

/*
 * Gives a name to the container `id`. Returns 0 or -1: the text is no name, or another container
 * has it.
 */
int names_take(const struct store *store, const char *name, const char *id);

/* Chooses a name that no container has, "quiet_otter", and gives it. Returns 0 or -1. */
int names_choose(const struct store *store, const char *id, char name[NAMES_SIZE]);

/* Fills the ID (65 characters) of the container with that name. Returns 1; 0: there is none; or -1.
 */
int names_find(const struct store *store, const char *name, char *id);

/* Takes the name away from the container `id`, if it is that one's. */
void names_drop(const struct store *store, const char *name, const char *id);

/* Does the same with all names that lead to the container. */
void names_drop_all(const struct store *store, const char *id);

#endif
