#include "filter.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

int filter_no_new_privileges(void)
{
	narrate("prctl PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail("prctl PR_SET_NO_NEW_PRIVS");
	return 0;
}

int filter_load(struct filter *filter)
{
	unsigned int flags = filter->flags;
	long result;

	if (!filter->rules)
		return 0;
	if (filter->program.len == 0 && filter_compile(filter) < 0)
		return -1;
	if (filter->listener.path)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	narrate("seccomp SECCOMP_SET_MODE_FILTER: %u instructions", filter->program.len);
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter->program);
	if (result < 0)
		return fail("seccomp SECCOMP_SET_MODE_FILTER");
	return filter->listener.path ? listener_hand_over(&filter->listener, (int)result) : 0;
}
