#include "confine.h"

#include <errno.h>
#include <sys/prctl.h>

#include <linux/bpf.h>
#include <linux/capability.h>

#include "fail.h"
#include "filter.h"

static int drop_capabilities(void)
{
	static const unsigned long taken[] = { CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO,
					       CAP_SYS_BOOT, CAP_SYS_TIME };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (prctl(PR_CAPBSET_DROP, taken[i], 0, 0, 0) < 0)
			return fail("PR_CAPBSET_DROP");
	return 0;
}

static int refuse_calls(void)
{
	static const struct filter_call calls[] = {
		{ .number = SCMP_SYS(ptrace) },
		{ .number = SCMP_SYS(process_vm_readv) },
		{ .number = SCMP_SYS(process_vm_writev) },
		{ .number = SCMP_SYS(pidfd_getfd) },
		{ SCMP_SYS(prctl), true, PR_SET_MM },
		/* A BPF program that another process's calls start. */
		{ .number = SCMP_SYS(perf_event_open) },
		{ SCMP_SYS(bpf), true, BPF_RAW_TRACEPOINT_OPEN },
		{ SCMP_SYS(bpf), true, BPF_LINK_CREATE },
		/* Files that no path leads to, and files that the judge waits for. */
		{ .number = SCMP_SYS(open_by_handle_at) },
		{ .number = SCMP_SYS(fanotify_init) },
		{ .number = SCMP_SYS(userfaultfd) },
	};

	if (filter_load(SCMP_ACT_ERRNO(EPERM), calls, sizeof(calls) / sizeof(calls[0]), NULL) < 0)
		return fail("seccomp_load");
	return 0;
}

int confine(void)
{
	return drop_capabilities() < 0 ? -1 : refuse_calls();
}
