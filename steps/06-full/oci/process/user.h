/*
 * Chapter 6: the user that the command runs as.
 *
 * Source: credentials(7), setgroups(2), setresuid(2), PR_SET_KEEPCAPS of prctl(2), passwd(5),
 * group(5). Article 2: Process.User.
 */
#ifndef STEPS_USER_H
#define STEPS_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "command.h"

struct user {
	const char *text;	/* "USER[:GROUP]", names or numbers; NULL: uid and gid say it */
	const char **group_add; /* more groups, names or numbers */
	size_t group_add_count;
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* the supplementary ones */
	size_t group_count;
	bool keep_groups; /* those that we have stay, whatever the lists say */
	mode_t umask;
	char *home; /* the home directory, once it was looked up */
};

/*
 * Fills uid, gid, groups and home from `text`, `group_add`, and the /etc/passwd and /etc/group of
 * the container: to be called when the new root is "/". A number need not be in these files.
 * Without a GROUP it is the user's own, and the groups come with it that list the user as a member.
 *
 * Returns 0, or -1 for a name that is not there.
 */
int user_resolve(struct user *user);

/* Makes the home directory the command's HOME, if none was asked for. Returns 0 or -1. */
int user_set_home(const struct user *user, struct command *command);

/*
 * Becomes that user. The permitted capabilities stay, for capabilities_apply() to lower them; the
 * signal of PR_SET_PDEATHSIG does not. Returns 0 or -1 (EINVAL: not mapped in this user namespace).
 */
int user_become(const struct user *user);

#endif
