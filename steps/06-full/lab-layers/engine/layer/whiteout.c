#include "whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

enum whiteout whiteout_of(const char *name)
{
	/*
	 * TODO 8: whiteout.h says which names have which meaning. Look at names that begin with
	 * ".wh..wh." first: one of them is the mark of an opaque directory, all others, and
	 * ".wh..wh." itself, are aufs's own. strncmp(3).
	 */
	(void)name;
	return WHITEOUT_NONE;
}

enum whiteout whiteout_of_path(const char *path)
{
	char component[NAME_MAX + 1];
	const char *slash;

	if (!strstr(path, WHITEOUT_PREFIX))
		return WHITEOUT_NONE;
	for (; (slash = strchr(path, '/')); path = slash + 1) {
		/* A longer one cannot be made anyway. */
		snprintf(component, sizeof(component), "%.*s", (int)(slash - path), path);
		switch (whiteout_of(component)) {
		case WHITEOUT_NONE:
			break;
		case WHITEOUT_RESERVED:
			return WHITEOUT_RESERVED;
		default:
			return WHITEOUT_IMPOSSIBLE;
		}
	}
	return whiteout_of(path);
}

bool whiteout_is_node(const struct stat *status)
{
	/* TODO 10: which file does overlayfs take for a whiteout? inode(7), makedev(3). */
	(void)status;
	return false;
}

static const char *opaque_name(bool userxattr)
{
	return userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque";
}

int whiteout_make_opaque(int directory, bool userxattr, const char *path)
{
	narrate("fsetxattr %s %s y: its files in the layers below are removed", path,
		opaque_name(userxattr));
	/*
	 * TODO 9: set that attribute to "y", one byte: fsetxattr(2). When it fails: fail(), with
	 * the same words.
	 */
	(void)directory;
	return 0;
}

int whiteout_make(int parent, const char *name, bool userxattr, const char *path)
{
	/*
	 * TODO 9: make the node that overlayfs takes for a whiteout: mknodat(2), makedev(3). If the
	 * name is taken (EEXIST), what is there belongs to this same layer and stays; a directory
	 * becomes opaque: open it (O_DIRECTORY, but through no link), whiteout_make_opaque(). If it
	 * cannot be opened because it is none (ENOTDIR, ELOOP), nothing is to be done.
	 */
	(void)parent;
	(void)name;
	(void)userxattr;
	(void)path;
	return 0;
}
