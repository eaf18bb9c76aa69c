#include "seccomp_filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* <linux/seccomp.h> before 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1U << 5)
#endif

int no_new_privileges_set(void)
{
	narrate("prctl PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail("prctl PR_SET_NO_NEW_PRIVS");
	return 0;
}

static int load(const struct seccomp *filter, unsigned int flags)
{
	flags |= filter->flags;
	/* The kernel refuses this flag without a listener. */
	if (!(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		flags &= ~(unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	narrate("seccomp SECCOMP_SET_MODE_FILTER: %u instructions", filter->program.len);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter->program);
}

/*
 * The kernel allows one listener for all filters of a process. If there is one already (the runtime
 * is in a container that has it), a filter without SCMP_ACT_NOTIFY is loaded without a listener.
 */
static int load_with_listener(const struct seccomp *filter)
{
	int listener =
		load(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH);

	if (listener < 0 && (errno != EBUSY || filter->listener.is_asked || load(filter, 0) < 0))
		return fail("seccomp SECCOMP_SET_MODE_FILTER");
	return seccomp_notify_hand_over(&filter->listener, listener);
}

int seccomp_filter_load(struct seccomp *filter)
{
	if (!filter->rules)
		return 0;
	if (filter->program.len == 0 && seccomp_compile(filter) < 0)
		return -1;
	if (filter->listener.path)
		return load_with_listener(filter);
	return load(filter, 0) < 0 ? fail("seccomp SECCOMP_SET_MODE_FILTER") : 0;
}
