#include "lsm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "procfs.h"

bool lsm_has_apparmor(void)
{
	autofree char *enabled = file_read("/sys/module/apparmor/parameters/enabled");

	return enabled && *enabled == 'Y';
}

bool lsm_has_selinux(void)
{
	return access("/sys/fs/selinux/enforce", F_OK) == 0;
}

/* AppArmor has a directory of its own since Linux 5.8. Before, all modules shared one file. */
static const char *apparmor_file(void)
{
	const char *own = "self/attr/apparmor/exec";

	return access("/proc/self/attr/apparmor/exec", F_OK) == 0 ? own : "self/attr/exec";
}

int lsm_set(const struct lsm *labels)
{
	autofree char *text = NULL;

	if (labels->apparmor) {
		if (asprintf(&text, "exec %s", labels->apparmor) < 0)
			return fail("asprintf");
		if (procfs_write(apparmor_file(), text) < 0)
			return -1;
	}
	return labels->selinux ? procfs_write("self/attr/exec", labels->selinux) : 0;
}

char *lsm_mount_options(const char *options, const char *label)
{
	const char *own = options ? options : "";
	char *all;

	if (!label || strstr(own, "context="))
		all = strdup(own);
	else if (asprintf(&all, "%s%scontext=\"%s\"", own, *own ? "," : "", label) < 0)
		all = NULL;
	if (!all)
		fail("strdup");
	return all;
}

int lsm_set_mount(int mount, const char *label)
{
	char path[64];

	/* `mount` is an O_PATH descriptor, which fsetxattr(2) does not accept. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", mount);
	narrate("setxattr security.selinux %s", label);
	if (setxattr(path, "security.selinux", label, strlen(label) + 1, 0) < 0 &&
	    errno != EOPNOTSUPP)
		return fail("setxattr security.selinux %s", label);
	return 0;
}
