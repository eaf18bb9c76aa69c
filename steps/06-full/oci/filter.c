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
	if (!filter->rules)
		return 0;
	if (filter->program.len == 0 && filter_compile(filter) < 0)
		return -1;
	narrate("seccomp SECCOMP_SET_MODE_FILTER: %u instructions", filter->program.len);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &filter->program) < 0)
		return fail("seccomp SECCOMP_SET_MODE_FILTER");
	return 0;
}
