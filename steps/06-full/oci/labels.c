#include "labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "procfs.h"

bool labels_has_apparmor(void)
{
	autofree char *enabled = file_read("/sys/module/apparmor/parameters/enabled");

	return enabled && *enabled == 'Y';
}

bool labels_has_selinux(void)
{
	return access("/sys/fs/selinux/enforce", F_OK) == 0;
}

/* Where several modules are on, each has a directory of its own; before Linux 5.8 there was one. */
static const char *apparmor_file(void)
{
	const char *own = "self/attr/apparmor/exec";

	return access("/proc/self/attr/apparmor/exec", F_OK) == 0 ? own : "self/attr/exec";
}

int labels_set(const struct labels *labels)
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
