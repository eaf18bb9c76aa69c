#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

/* The specification's "Dev symbolic links", and ptmx, a link to the one that belongs to the pts. */
static const struct {
	const char *name, *target;
} links[] = {
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

int bundle_open(struct container *container)
{
	struct rootfs *rootfs = &container->rootfs;

	rootfs->etc.as_it_is = true;
	if (rootfs_clone(rootfs) < 0)
		return -1;
	return mounts_open(&container->mounts);
}

/* Unlike chapter 3's /dev, this one may have been there before, with links of its own. */
static int make_links(int root)
{
	autofd int dev = file_make_in_root(root, "/dev", S_IFDIR);

	if (dev < 0)
		return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0 && errno != EEXIST)
			return fail("symlinkat /dev/%s", links[i].name);
	return 0;
}

int bundle_enter(struct container *container)
{
	autofd int root = rootfs_open(&container->rootfs);

	if (root < 0)
		return -1;
	if (mounts_attach(&container->mounts, root) < 0)
		return -1;
	if (device_populate(&container->cgroup.devices, root) < 0)
		return -1;
	if (make_links(root) < 0)
		return -1;
	if (paths_cover(&container->paths, root) < 0)
		return -1;
	if (container_run_hooks(container) < 0)
		return -1;
	return rootfs_enter(&container->rootfs, root);
}
