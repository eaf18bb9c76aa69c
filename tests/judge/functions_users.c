/* Lab users: user.c, user_file.c, userns.c and subid.c. */
#include "flat_users.h"
#include "subject.h"
#include "user_file.h"

static struct user_file file;

static int open_file(const char *path)
{
	return user_file_open(&file, path);
}

static int next_entry(struct flat_entry *flat)
{
	struct user_entry entry = { 0 };
	int result = user_file_next(&file, &entry);

	if (result <= 0)
		return result;
	flat->number = entry.number;
	snprintf(flat->name, TEXT_MAX, "%s", entry.name ? entry.name : "");
	snprintf(flat->rest, REST_MAX, "%s", entry.rest ? entry.rest : "");
	return result;
}

static int close_file(void)
{
	user_file_close(&file);
	return 0;
}

/* Makes the pointers those of the structure. */
static struct user *unflatten_user(struct flat_user *flat, const char **group_add)
{
	for (size_t i = 0; i < MORE_MAX; i++)
		group_add[i] = flat->group_add[i];
	flat->user.group_add = group_add;
	flat->user.text = flat->user.text ? flat->text : NULL;
	flat->user.home = NULL;
	return &flat->user;
}

static int resolve(struct flat_user *flat)
{
	const char *group_add[MORE_MAX];
	struct user user = *unflatten_user(flat, group_add);

	user.groups = NULL; /* as many as have to be there are allocated */
	user.group_count = 0;
	return user_resolve(&user) < 0 ? -1 : flatten_user(&user, flat);
}

static int become(struct flat_user *flat)
{
	const char *group_add[MORE_MAX];
	struct user *user = unflatten_user(flat, group_add);

	user->groups = flat->groups;
	return user_become(user);
}

static int map(struct flat_userns *flat, pid_t pid)
{
	flat->userns.uids = flat->uids;
	flat->userns.gids = flat->gids;
	return userns_map(&flat->userns, pid);
}

static int prepare(struct flat_userns *flat)
{
	struct userns userns = { .mode = flat->userns.mode };

	return userns_prepare(&userns) < 0 ? -1 : flatten_userns(&userns, flat);
}

const struct function functions[] = {
	FUNCTION(open_file), FUNCTION(next_entry), FUNCTION(close_file), FUNCTION(resolve),
	FUNCTION(become),    FUNCTION(map),	   FUNCTION(prepare),	 { 0 },
};
