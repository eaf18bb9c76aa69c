#include "bind.h"

#include <fcntl.h>
#include <sys/mount.h>

#include "fail.h"
#include "narrate.h"

int bind_create(int directory, const char *path)
{
	int mount;

	narrate("open_tree %s", path);
	mount = open_tree(directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	return mount < 0 ? fail("open_tree %s", path) : mount;
}

int bind_restrict(int mount, uint64_t attributes, unsigned int flags)
{
	struct mount_attr change = { .attr_set = attributes };

	narrate("mount_setattr%s", attributes & MOUNT_ATTR_RDONLY ? " read-only" : "");
	if (mount_setattr(mount, "", AT_EMPTY_PATH | flags, &change, sizeof(change)) < 0)
		return fail("mount_setattr");
	return 0;
}
