#include "user.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "ids.h"
#include "narrate.h"
#include "user_file.h"

static const char passwd[] = "/etc/passwd";
static const char group[] = "/etc/group";

/* Takes the home directory from the rest of a line of /etc/passwd: "comment:home:shell". */
static int take_home(struct user *user, char *rest)
{
	const char *home;

	strsep(&rest, ":");
	home = strsep(&rest, ":");
	if (home && *home == '/') {
		free(user->home);
		user->home = strdup(home);
	}
	return user->home ? 0 : fail("strdup");
}

/* Does what find_user() says, but for the defaults. */
static int search_user(struct user *user, const char *name, char **found)
{
	autouserfile struct user_file file = { 0 };
	struct user_entry entry;
	int read;

	if (user_file_open(&file, passwd) < 0)
		return -1;
	while ((read = user_file_next(&file, &entry)) > 0) {
		if (name ? strcmp(entry.name, name) != 0 : entry.number != user->uid)
			continue;
		/* Skip a user without a group: the gid would stay 0, the group of root. */
		if (!ids_read(strsep(&entry.rest, ":"), USER_ID_MAX, &user->gid))
			continue;
		user->uid = entry.number;
		*found = strdup(entry.name);
		return *found ? take_home(user, entry.rest) : fail("strdup");
	}
	if (read == 0 && name)
		return fail_input("user %s: not in %s of the container", name, passwd);
	return read;
}

/* Looks up the user by `name`, or by uid if that is NULL. Returns its name in *found, or NULL. */
static int find_user(struct user *user, const char *name, char **found)
{
	*found = NULL;
	user->home = strdup("/");
	if (!user->home)
		return fail("strdup");
	return search_user(user, name, found);
}

static int find_group(const char *name, gid_t *gid)
{
	autouserfile struct user_file file = { 0 };
	struct user_entry entry;
	int read;

	if (ids_read(name, USER_ID_MAX, gid))
		return 0;
	if (user_file_open(&file, group) < 0)
		return -1;
	while ((read = user_file_next(&file, &entry)) > 0) {
		if (strcmp(entry.name, name) == 0) {
			*gid = entry.number;
			return 0;
		}
	}
	return read < 0 ? -1 : fail_input("group %s: not in %s of the container", name, group);
}

static int add_group(struct user *user, gid_t gid)
{
	gid_t *grown;

	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == gid)
			return 0;
	grown = reallocarray(user->groups, user->group_count + 1, sizeof(*grown));
	if (!grown)
		return fail("reallocarray");
	user->groups = grown;
	user->groups[user->group_count++] = gid;
	return 0;
}

/* Adds the groups that list the user called `name` as a member. */
static int add_memberships(struct user *user, const char *name)
{
	autouserfile struct user_file file = { 0 };
	struct user_entry entry;
	int read;

	if (user_file_open(&file, group) < 0)
		return -1;
	while ((read = user_file_next(&file, &entry)) > 0)
		for (char *member; (member = strsep(&entry.rest, ","));)
			if (strcmp(member, name) == 0 && add_group(user, entry.number) < 0)
				return -1;
	return read;
}

static int resolve_text(struct user *user)
{
	autofree char *name = strdup(user->text);
	autofree char *found = NULL;
	char *group_name = name;

	if (!name)
		return fail("strdup");
	strsep(&group_name, ":");
	if (find_user(user, ids_read(name, USER_ID_MAX, &user->uid) ? NULL : name, &found) < 0)
		return -1;
	if (group_name && find_group(group_name, &user->gid) < 0)
		return -1;
	/*
	 * The list needs this group, too: a file may deny the group what it allows to others
	 * (CVE-2022-36109).
	 */
	if (add_group(user, user->gid) < 0)
		return -1;
	return found && !group_name ? add_memberships(user, found) : 0;
}

int user_resolve(struct user *user)
{
	autofree char *name = NULL;
	gid_t gid = user->gid;

	if (user->text) {
		if (resolve_text(user) < 0)
			return -1;
	} else {
		if (find_user(user, NULL, &name) < 0)
			return -1;
		user->gid = gid;
	}
	for (size_t i = 0; i < user->group_add_count; i++)
		if (find_group(user->group_add[i], &gid) < 0 || add_group(user, gid) < 0)
			return -1;
	return 0;
}

int user_set_home(const struct user *user, struct command *command)
{
	char *variable;

	if (!command->environment || command_has_home(command))
		return 0;
	if (asprintf(&variable, "HOME=%s", user->home) < 0)
		return fail("asprintf");
	return command_set_variable(command, variable);
}

/* True if the user namespace denies setgroups(2): it was made without root. */
static bool setgroups_denied(void)
{
	autofree char *text = file_read("/proc/self/setgroups");

	return text && strncmp(text, "deny", 4) == 0;
}

/* setgroups(2) has failed. Returns 0 if the groups can be left out, or -1. */
static int do_without_groups(const struct user *user)
{
	if (errno != EPERM || !setgroups_denied())
		return fail("setgroups");
	/* Groups from the image's /etc/group can be left out; groups that were asked for cannot. */
	if (user->group_add_count > 0 || (user->group_count > 0 && !user->text))
		return fail_input(
			"further groups cannot be had: the user namespace was made without "
			"root and without newgidmap(1)");
	return 0;
}

static int become_groups(const struct user *user)
{
	if (user->keep_groups)
		return 0;
	narrate("setgroups %zu groups", user->group_count);
	if (setgroups(user->group_count, user->groups) == 0)
		return 0;
	return do_without_groups(user);
}

int user_become(const struct user *user)
{
	umask(user->umask);
	if (become_groups(user) < 0)
		return -1;
	narrate("setresgid %u", user->gid);
	if (setresgid(user->gid, user->gid, user->gid) < 0)
		return fail("setresgid %u", user->gid);
	/* Without this, a process that leaves uid 0 loses all capabilities. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail("prctl PR_SET_KEEPCAPS");
	narrate("setresuid %u", user->uid);
	if (setresuid(user->uid, user->uid, user->uid) < 0)
		return fail("setresuid %u", user->uid);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return fail("prctl PR_SET_KEEPCAPS");
	return 0;
}
