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
	/* TODO 4: major and minor numbers: `ls -l /dev` on the host, or null(4), full(4),
	   random(4). */
	{ "null", 0, 0 },   { "zero", 0, 0 },	 { "full", 0, 0 },
	{ "random", 0, 0 }, { "urandom", 0, 0 }, { "tty", 0, 0 },
};

const struct dev_link dev_links[DEV_LINKS] = {
	{ "ptmx", "pts/ptmx" },		 { "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },	 { "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

int dev_make_node(int directory, const char *name, mode_t type, dev_t device)
{
	/*
	 * TODO 3: make the node, readable and writable for everyone: mknodat(2). The caller's umask
	 * must not take that away, and must be the same afterwards: umask(2). When it fails, fail()
	 * says the same as narrate().
	 */
	narrate("mknodat %s %u:%u", name, major(device), minor(device));
	(void)directory;
	(void)type;
	return 0;
}

static int make_links(int root)
{
	autofd int dev = file_open_in_root(root, "/dev", O_PATH | O_DIRECTORY);

	if (dev < 0)
		return fail("openat2 /dev in the root file system");
	/* TODO 5: make the links: symlinkat(2). When one fails: fail("symlinkat /dev/%s"), its
	 * name. */
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
