#include "proc.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "mount.h"

int proc_mount(int root)
{
	/*
	 * TODO 5: make a proc file system in which nothing works as a program, a setuid program or
	 * a device (MOUNT_ATTR_*, mount_setattr(2)), and attach it: mount.h has both functions.
	 * Whatever happens, its descriptor is closed.
	 */
	(void)root;
	return 0;
}
