/* The functions fail with the right messages, and do nothing. */
#define bind_create   bind_create_of_the_lab
#define bind_restrict bind_restrict_of_the_lab
#include "lab/bind.c"
#undef bind_create
#undef bind_restrict

#include <errno.h>

int bind_create(int directory, const char *path)
{
	(void)directory;
	errno = ENOENT;
	return fail("open_tree %s", path);
}

int bind_restrict(int mount, uint64_t attributes, unsigned int flags)
{
	(void)attributes;
	(void)flags;
	errno = EBADF;
	return mount < 0 ? fail("mount_setattr") : 0;
}
