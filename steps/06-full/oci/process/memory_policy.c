#include "memory_policy.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

int memory_policy_apply(const struct memory_policy *policy)
{
	if (!policy->is_set)
		return 0;
	narrate("set_mempolicy %s on %d nodes", policy->name, CPU_COUNT(&policy->nodes));
	/* The kernel reads one bit less than the number says. */
	if (syscall(SYS_set_mempolicy, policy->mode,
		    CPU_COUNT(&policy->nodes) ? &policy->nodes : NULL, CPU_SETSIZE + 1) < 0)
		return fail("set_mempolicy %s: linux.memoryPolicy", policy->name);
	return 0;
}
