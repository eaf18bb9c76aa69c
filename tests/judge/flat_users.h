/* Lab users: users and maps as structures without pointers, which go by a call. */
#ifndef JUDGE_FLAT_USERS_H
#define JUDGE_FLAT_USERS_H

#include <stdio.h>
#include <string.h>

#include "user.h"
#include "userns.h"

enum { TEXT_MAX = 256, REST_MAX = 1024, MORE_MAX = 8, GROUPS_MAX = 64, RANGES_MAX = 32 };

struct flat_user {
	struct user user; /* its pointers mean nothing, but for NULL */
	char text[TEXT_MAX], home[TEXT_MAX];
	char group_add[MORE_MAX][TEXT_MAX];
	gid_t groups[GROUPS_MAX];
};

struct flat_entry {
	uint32_t number;
	char name[TEXT_MAX], rest[REST_MAX];
};

struct flat_userns {
	struct userns userns; /* its pointers mean nothing */
	struct id_map uids[RANGES_MAX], gids[RANGES_MAX];
};

/* Both functions return 0, or -1 if there is more than the structure has room for. */

static inline int flatten_user(const struct user *user, struct flat_user *flat)
{
	*flat = (struct flat_user){ .user = *user };
	if (user->group_add_count > MORE_MAX || user->group_count > GROUPS_MAX)
		return -1;
	if (user->text)
		snprintf(flat->text, TEXT_MAX, "%s", user->text);
	if (user->home)
		snprintf(flat->home, TEXT_MAX, "%s", user->home);
	for (size_t i = 0; i < user->group_add_count; i++)
		snprintf(flat->group_add[i], TEXT_MAX, "%s", user->group_add[i]);
	for (size_t i = 0; i < user->group_count; i++)
		flat->groups[i] = user->groups[i];
	return 0;
}

static inline int flatten_userns(const struct userns *userns, struct flat_userns *flat)
{
	*flat = (struct flat_userns){ .userns = *userns };
	if (userns->uid_count > RANGES_MAX || userns->gid_count > RANGES_MAX)
		return -1;
	for (size_t i = 0; i < userns->uid_count; i++)
		flat->uids[i] = userns->uids[i];
	for (size_t i = 0; i < userns->gid_count; i++)
		flat->gids[i] = userns->gids[i];
	return 0;
}

#endif
