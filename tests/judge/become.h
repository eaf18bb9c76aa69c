/*
 * For functions_NN.c: the subject changes its user between two calls, whatever the learner's
 * user_become() does.
 */
#ifndef JUDGE_BECOME_H
#define JUDGE_BECOME_H

#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Changes to this user, without other groups, and keeps the permitted capabilities. Returns 0 or
 * -1.
 */
static inline int become(uid_t uid, gid_t gid)
{
	umask(0);
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0)
		return -1;
	if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) != 0 || setresuid(uid, uid, uid) != 0)
		return -1;
	return prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L);
}

#endif
