#include "filter.h"

#include <errno.h>
#include <fcntl.h>

int filter_load(uint32_t action, const struct filter_call *calls, size_t count, int *listener)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? 0 : -ENOMEM;

	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	for (size_t i = 0; !error && i < count; i++)
		error = seccomp_rule_add(filter, action, calls[i].number, calls[i].has_first,
					 SCMP_A0(SCMP_CMP_EQ, calls[i].first, 0));
	if (!error)
		error = seccomp_load(filter);
	if (!error && listener) {
		/* seccomp_release(3) may close the library's own. */
		*listener = fcntl(seccomp_notify_fd(filter), F_DUPFD_CLOEXEC, 0);
		error = *listener < 0 ? -errno : 0;
	}
	seccomp_release(filter);
	errno = -error;
	return error ? -1 : 0;
}
