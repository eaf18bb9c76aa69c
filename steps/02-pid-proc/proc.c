#include "proc.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "mount.h"

int proc_mount(int root)
{
	autofd int proc = mount_create(
		"proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL);

	return proc < 0 ? -1 : mount_attach(proc, root, "/proc", S_IFDIR);
}
