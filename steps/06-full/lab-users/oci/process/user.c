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
	/*
	 * TODO 2: read /etc/passwd (`passwd`) with the functions of user_file.h. The first entry
	 * with this name, or without a name the first with the number user->uid, is the user's:
	 * take its number as the uid, and a copy of its name as *found. Cut the gid off entry.rest
	 * with strsep(3) (a number, at most USER_ID_MAX); what stays is for take_home(). Skip a
	 * user whose gid is none: it would stay 0, the group of root. If a name is not there,
	 * return fail_input("user %s: not in %s of the container"); a number need not be there.
	 */
	(void)user;
	(void)name;
	(void)found;
	(void)take_home;
	(void)passwd;
	return 0;
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
	/*
	 * TODO 3: *gid becomes the number, if `name` is one (at most USER_ID_MAX), or that of the
	 * group in /etc/group (`group`). If the name is not there, return fail_input("group %s: not
	 * in %s of the container").
	 */
	(void)name;
	(void)gid;
	(void)group;
	return 0;
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
	/*
	 * TODO 4: for each entry of /etc/group: entry.rest is "member,member". If one of them is
	 * `name`, all of it, add_group() the number. Return 0, or -1 when one of the calls fails.
	 */
	(void)user;
	(void)name;
	return 0;
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
	/*
	 * TODO 5: the process gets these groups, and no others: setgroups(2). With keep_groups it
	 * keeps its own. When the call fails, return what do_without_groups() says.
	 */
	(void)user;
	(void)do_without_groups;
	return 0;
}

int user_become(const struct user *user)
{
	umask(user->umask);
	if (become_groups(user) < 0)
		return -1;
	/*
	 * TODO 6: change the real, the effective and the saved ids at once: setresgid(2) and
	 * setresuid(2), in the order that works. A process that leaves uid 0 loses all
	 * capabilities, unless PR_SET_KEEPCAPS of prctl(2) is set; clear it when it has done its
	 * work. Failures begin with the name of the call, "setresuid %u" for example.
	 */
	return 0;
}
