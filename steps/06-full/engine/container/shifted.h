/*
 * Chapter 6, engine: --userns where the file system of the store, or a kernel before 5.19, has no
 * idmapped layers: the container gets a copy of the layers, whose owners are the container's users.
 *
 *     containers/ID/lower    the copy, made when the container is created; it goes with it
 *
 * What the container changes belongs to these users, too. `commit` and `export` count the owners
 * back, by the maps that the record keeps as "Shift".
 *
 * Source: mount_setattr(2), "ID-mapped mounts"; user_namespaces(7).
 */
#ifndef STEPS_SHIFTED_H
#define STEPS_SHIFTED_H

#include "config.h"
#include "record.h"

/*
 * Replaces the layers of config->overlay by the copy, if the container has one, or needs one: then
 * makes it, with one warning. Returns 0 or -1.
 */
int shifted_prepare(const struct record *record, struct config *config);

/* True if the container has a copy of its layers. */
bool shifted_is(const struct record *record);

/* Opens the copy. Returns a descriptor or -1. */
int shifted_open(const struct record *record);

/*
 * Returns the users to whom the files of the container belong on the disk; NULL: the owners there
 * are those that the container sees.
 */
const struct userns *shifted_users(const struct record *record);

#endif
