/* Lab 03: bind.c and dev.c. The functions of rootfs.c are seen in the whole step. */
#include "bind.h"
#include "call.h"
#include "dev.h"

int bind_create(int directory, const char *path)
{
	return call_for_descriptor("bind_create", DESCRIPTOR(directory), TEXT(path));
}

int bind_restrict(int mount, uint64_t attributes, unsigned int flags)
{
	return (int)call("bind_restrict", DESCRIPTOR(mount), NUMBER(attributes), NUMBER(flags));
}

int dev_make_node(int directory, const char *name, mode_t type, dev_t device)
{
	return (int)call("dev_make_node", DESCRIPTOR(directory), TEXT(name), NUMBER(type),
			 NUMBER(device));
}

int dev_populate(int root)
{
	return (int)call("dev_populate", DESCRIPTOR(root));
}
