#include "confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include <linux/capability.h>

#include "fail.h"

static int drop_capabilities(void)
{
	static const unsigned long taken[] = { CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO,
					       CAP_SYS_BOOT };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (prctl(PR_CAPBSET_DROP, taken[i], 0, 0, 0) < 0)
			return fail("PR_CAPBSET_DROP");
	return 0;
}

static int refuse_calls(void)
{
	static const int calls[] = { SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
				     SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? 0 : -ENOMEM;

	/* The learner's programs are executed with the rights of root, and may set privileges. */
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	for (size_t i = 0; !error && i < sizeof(calls) / sizeof(calls[0]); i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
	if (!error)
		error = seccomp_load(filter);
	seccomp_release(filter);
	errno = -error;
	return error ? fail("seccomp_load") : 0;
}

int confine(void)
{
	return drop_capabilities() < 0 ? -1 : refuse_calls();
}
