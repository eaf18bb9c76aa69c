#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_once(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			RESOLVE_NO_XDEV,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int beneath_open(int root, const char *path)
{
	int tries = 1000, fd;

	/* EAGAIN: a rename or mount came meanwhile, anywhere on the machine. */
	do {
		fd = open_once(root, *path ? path : ".");
	} while (fd < 0 && errno == EAGAIN && --tries > 0);
	return fd;
}
