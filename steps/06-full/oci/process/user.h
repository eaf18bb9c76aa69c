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
	const char *text;	/* "USER[:GROUP]", names or numbers; NULL: uid and gid are set */
	const char **group_add; /* more groups, names or numbers */
	size_t group_add_count;
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* the supplementary ones */
	size_t group_count;
	bool keep_groups; /* the process keeps its groups, and the lists are ignored */
	mode_t umask;
	char *home; /* the home directory, once it was looked up */
};

/*
 * Fills uid, gid, groups and home from `text`, `group_add`, and the /etc/passwd and /etc/group of
 * the container: call this when the new root is "/". A number need not be in these files. If `text`
 * has no GROUP, gid is the user's group in /etc/passwd, and the groups that list the user as a
 * member are added.
 *
 * Returns 0, or -1 if a name is not in these files.
 */
int user_resolve(struct user *user);

/* Makes the home directory the command's HOME, if none was asked for. Returns 0 or -1. */
int user_set_home(const struct user *user, struct command *command);

/*
 * Changes to this user and its groups. The process keeps its permitted capabilities, which
 * capabilities_apply() lowers later, and loses the signal of PR_SET_PDEATHSIG. Returns 0 or -1
 * (EINVAL: not mapped in this user namespace).
 */
int user_become(const struct user *user);

#endif
