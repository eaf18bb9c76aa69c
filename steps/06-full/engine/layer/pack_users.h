/*
 * Chapter 6, engine: packing files that belong to the users of a container: their owners are
 * counted back, so that the archive says what the container sees.
 *
 * Source: user_namespaces(7), capabilities(7), "Namespaced file capabilities".
 */
#ifndef STEPS_PACK_USERS_H
#define STEPS_PACK_USERS_H

#include <sys/stat.h>

#include "userns.h"
#include "xattrs.h"

/* Owners that the users do not have stay as they are. `users` may be NULL. */
void pack_users_count_back(const struct userns *users, struct stat *status);

/* Capabilities of a file are tied to the root of the container: takes that away. */
void pack_users_untie(const struct userns *users, struct xattrs *xattrs);

#endif
