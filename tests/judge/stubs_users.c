/*
 * Lab users: user.c, user_file.c, userns.c and subid.c. One process gets all calls, and changes its
 * user.
 */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fail.h"
#include "flat_users.h"
#include "user_file.h"

bool call_keeps_subject = true;

/* ---- Entries ---- */

int user_file_open(struct user_file *file, const char *path)
{
	*file = (struct user_file){ .path = path };
	return (int)call("open_file", TEXT(path));
}

int user_file_next(struct user_file *file, struct user_entry *entry)
{
	static struct flat_entry got;
	struct flat_entry *flat = &got;
	int result;

	(void)file;
	memset(flat, 0, sizeof(*flat));
	result = (int)call("next_entry", BYTES(flat));
	flat->name[TEXT_MAX - 1] = '\0';
	flat->rest[REST_MAX - 1] = '\0';
	*entry = (struct user_entry){ flat->name, flat->number, flat->rest };
	return result;
}

void user_file_close(struct user_file *file)
{
	(void)file;
	call("close_file", NUMBER(0));
}

/* ---- Users ---- */

/* Takes what the function has filled in. Returns 0 or -1. */
static int adopt_user(struct flat_user *flat, struct user *user)
{
	size_t count = flat->user.group_count;

	flat->home[TEXT_MAX - 1] = '\0';
	user->uid = flat->user.uid;
	user->gid = flat->user.gid;
	user->home = flat->user.home ? strdup(flat->home) : NULL;
	user->group_count = count < GROUPS_MAX ? count : GROUPS_MAX;
	user->groups = calloc(GROUPS_MAX, sizeof(*user->groups));
	if (!user->groups)
		return fail("calloc");
	memcpy(user->groups, flat->groups, sizeof(flat->groups));
	return 0;
}

int user_resolve(struct user *user)
{
	struct flat_user flat, *pointer = &flat;

	if (flatten_user(user, &flat) < 0)
		return fail_input("the judge has no room for these groups");
	if ((int)call("resolve", BYTES(pointer)) < 0)
		return -1;
	return adopt_user(&flat, user);
}

int user_become(const struct user *user)
{
	struct flat_user flat, *pointer = &flat;

	if (flatten_user(user, &flat) < 0)
		return fail_input("the judge has no room for these groups");
	return (int)call("become", CONST_BYTES(pointer));
}

/* ---- Maps ---- */

int userns_map(const struct userns *userns, pid_t pid)
{
	struct flat_userns flat, *pointer = &flat;

	if (flatten_userns(userns, &flat) < 0)
		return fail_input("the judge has no room for these ranges");
	return (int)call("map", CONST_BYTES(pointer), NUMBER(pid));
}

static struct id_map *copy_ranges(const struct id_map *ranges)
{
	struct id_map *copy = calloc(RANGES_MAX, sizeof(*copy));

	if (copy)
		memcpy(copy, ranges, RANGES_MAX * sizeof(*copy));
	return copy;
}

int userns_prepare(struct userns *userns)
{
	struct flat_userns flat, *pointer = &flat;

	if (flatten_userns(userns, &flat) < 0)
		return fail_input("the judge has no room for these ranges");
	if ((int)call("prepare", BYTES(pointer)) < 0)
		return -1;
	*userns = flat.userns;
	if (userns->uid_count > RANGES_MAX || userns->gid_count > RANGES_MAX)
		return fail_input("userns_prepare() has made too many ranges");
	userns->uids = copy_ranges(flat.uids);
	userns->gids = copy_ranges(flat.gids);
	return userns->uids && userns->gids ? 0 : fail("calloc");
}

/* No graded test calls the following ones. */
int user_set_home(const struct user *user, struct command *command)
{
	(void)user;
	(void)command;
	return -1;
}

bool userns_is_ours(void)
{
	return false;
}

int userns_maps_gid(gid_t id)
{
	(void)id;
	return -1;
}

bool userns_has_uid(const struct userns *userns, uid_t id)
{
	(void)userns;
	(void)id;
	return false;
}

bool userns_has_gid(const struct userns *userns, gid_t id)
{
	(void)userns;
	(void)id;
	return false;
}

uid_t userns_uid_outside(const struct userns *userns, uid_t id)
{
	(void)userns;
	return id;
}

gid_t userns_gid_outside(const struct userns *userns, gid_t id)
{
	(void)userns;
	return id;
}

int userns_enter(const struct userns *userns, const struct child *child)
{
	(void)userns;
	(void)child;
	return -1;
}
