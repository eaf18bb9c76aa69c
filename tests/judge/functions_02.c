/* Lab 02: mount.c and proc.c. */
#include "mount.h"
#include "proc.h"
#include "subject.h"

const struct function functions[] = {
	FUNCTION(mount_private),
	FUNCTION(mount_create),
	FUNCTION(mount_attach),
	FUNCTION(proc_mount),
	{ 0 },
};
