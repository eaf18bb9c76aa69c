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
	const size_t prefix = strlen(WHITEOUT_PREFIX);

	if (strncmp(name, WHITEOUT_PREFIX, prefix) != 0)
		return WHITEOUT_NONE;
	if (strcmp(name, WHITEOUT_OPAQUE) == 0)
		return WHITEOUT_DIRECTORY;
	/* aufs repeats the prefix in the names of its own files. */
	name += prefix;
	if (strncmp(name, WHITEOUT_PREFIX, prefix) == 0)
		return WHITEOUT_RESERVED;
	if (strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return WHITEOUT_IMPOSSIBLE;
	return WHITEOUT_FILE;
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
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(0, 0);
}

static const char *opaque_name(bool userxattr)
{
	return userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque";
}

int whiteout_make_opaque(int directory, bool userxattr, const char *path)
{
	narrate("fsetxattr %s %s y: its files in the layers below are removed", path,
		opaque_name(userxattr));
	if (fsetxattr(directory, opaque_name(userxattr), "y", 1, 0) < 0)
		return fail("fsetxattr %s %s", path, opaque_name(userxattr));
	return 0;
}

int whiteout_make(int parent, const char *name, bool userxattr, const char *path)
{
	autofd int directory = -1;

	if (mknodat(parent, name, S_IFCHR, makedev(0, 0)) == 0) {
		narrate("mknodat %s c 0:0: removed by this layer", path);
		return 0;
	}
	if (errno != EEXIST)
		return fail("mknodat %s, a whiteout", path);
	directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory >= 0)
		return whiteout_make_opaque(directory, userxattr, path);
	return errno == ENOTDIR || errno == ELOOP ? 0 : fail("open %s", path);
}
