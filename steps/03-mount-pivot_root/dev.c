#include "dev.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

const struct dev_node dev_nodes[DEV_NODES] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

const struct dev_link dev_links[DEV_LINKS] = {
	{ "ptmx", "pts/ptmx" },		 { "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },	 { "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

int dev_make_node(int directory, const char *name, mode_t type, dev_t device)
{
	mode_t callers;
	int made;

	narrate("mknodat %s %u:%u", name, major(device), minor(device));
	callers = umask(0);
	made = mknodat(directory, name, type | 0666, device);
	umask(callers);
	return made < 0 ? fail("mknodat %s %u:%u", name, major(device), minor(device)) : 0;
}

static int make_links(int root)
{
	autofd int dev = file_open_in_root(root, "/dev", O_PATH | O_DIRECTORY);

	if (dev < 0)
		return fail("openat2 /dev in the root file system");
	for (size_t i = 0; i < DEV_LINKS; i++)
		if (symlinkat(dev_links[i].target, dev, dev_links[i].name) < 0)
			return fail("symlinkat /dev/%s", dev_links[i].name);
	return 0;
}

int dev_populate(int root)
{
	autofd int dev = file_open_in_root(root, "/dev", O_PATH | O_DIRECTORY);

	if (dev < 0)
		return fail("openat2 /dev in the root file system");
	for (size_t i = 0; i < DEV_NODES; i++)
		if (dev_make_node(dev, dev_nodes[i].name, S_IFCHR,
				  makedev(dev_nodes[i].major, dev_nodes[i].minor)) < 0)
			return -1;
	return make_links(root);
}
