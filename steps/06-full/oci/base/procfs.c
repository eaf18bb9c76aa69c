#include "procfs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

int procfs_write(const char *path, const char *text)
{
	/* Stay below /proc and on its mount. "self" is a plain link, which stays there, too. */
	struct open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};
	autofd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int file = -1;
	struct statfs status;

	if (proc < 0 || fstatfs(proc, &status) < 0)
		return fail("open /proc");
	if (status.f_type != PROC_SUPER_MAGIC)
		return fail_input("/proc is not the proc file system");
	file = (int)syscall(SYS_openat2, proc, path, &how, sizeof(how));
	if (file < 0)
		return fail("openat2 /proc/%s", path);
	narrate("write /proc/%s %s", path, text);
	if (write(file, text, strlen(text)) < 0)
		return fail("write /proc/%s %.*s", path, (int)strcspn(text, "\n"), text);
	return 0;
}
