#include "network.h"

#include <sched.h>
#include <sys/mount.h>

#include "host/mounts.h"

int enter_network(void **state)
{
	const struct result *result;

	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
		print_error("unshare: %s\n", strerrorname_np(errno));
		return -1;
	}
	if (host_mounts(NULL) < 0)
		return -1;
	if (mount("sysfs", "/sys", "sysfs", 0, NULL) < 0) {
		print_error("mount /sys: %s\n", strerrorname_np(errno));
		return -1;
	}
	result = in_network("make_host", NULL);
	if (result->status != 0)
		print_error("%s%s", result->out, result->err);
	return result->status == 0 ? 0 : -1;
}
