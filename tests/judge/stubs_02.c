/* Lab 02: mount.c and proc.c. mount_private() prepares a test's own process, so it is ours. */
#include <sys/mount.h>

#include "call.h"
#include "mount.h"
#include "proc.h"

int mount_private(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

int mount_create(const char *type, uint64_t attributes, const char *options)
{
	return call_for_descriptor("mount_create", TEXT(type), NUMBER(attributes), TEXT(options));
}

int mount_attach(int mount, int root, const char *target, mode_t type)
{
	return (int)call("mount_attach", DESCRIPTOR(mount), DESCRIPTOR(root), TEXT(target),
			 NUMBER(type));
}

int proc_mount(int root)
{
	return (int)call("proc_mount", DESCRIPTOR(root));
}
