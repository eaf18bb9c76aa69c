#include "tmpcopyup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { CHUNK = 1 << 20, DEPTH_MAX = 64 };

/* Set the owner first: fchown(2) clears the set-user-ID bit. Returns 0 or -1. */
static int copy_attributes(int to, const struct stat *status, const char *name)
{
	const struct timespec times[] = { status->st_atim, status->st_mtim };

	if (fchown(to, status->st_uid, status->st_gid) < 0)
		return fail("fchown %s", name);
	if (fchmod(to, status->st_mode & 07777) < 0)
		return fail("fchmod %s", name);
	return futimens(to, times) < 0 ? fail("futimens %s", name) : 0;
}

static int copy_file(int from, int to, const char *name, const struct stat *status)
{
	autofd int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofd int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t copied;

	if (in < 0 || out < 0)
		return fail("open %s", name);
	while ((copied = sendfile(out, in, NULL, CHUNK)) > 0)
		continue;
	if (copied < 0)
		return fail("sendfile %s", name);
	return copy_attributes(out, status, name);
}

static int copy_link(int from, int to, const char *name, const struct stat *status)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);

	if (length < 0)
		return fail("readlinkat %s", name);
	target[length] = '\0';
	if (symlinkat(target, to, name) < 0)
		return fail("symlinkat %s", name);
	if (fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fchownat %s", name);
	return 0;
}

/* A device, a FIFO or a socket. */
static int copy_node(int to, const char *name, const struct stat *status)
{
	if (mknodat(to, name, status->st_mode, status->st_rdev) < 0)
		return fail("mknodat %s", name);
	if (fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fchownat %s", name);
	return fchmodat(to, name, status->st_mode & 07777, 0) < 0 ? fail("fchmodat %s", name) : 0;
}

static int copy_directory(int from, int to, const char *name, int depth);

static int copy_entry(int from, int to, const char *name, int depth)
{
	struct stat status;

	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fstatat %s", name);
	switch (status.st_mode & S_IFMT) {
	case S_IFREG:
		return copy_file(from, to, name, &status);
	case S_IFLNK:
		return copy_link(from, to, name, &status);
	case S_IFDIR:
		if (mkdirat(to, name, 0700) < 0)
			return fail("mkdirat %s", name);
		return copy_directory(from, to, name, depth + 1);
	default:
		return copy_node(to, name, &status);
	}
}

/* Copies what is in the directory `name` of `from` to that of `to`, and its attributes. */
static int copy_directory(int from, int to, const char *name, int depth)
{
	int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autodir DIR *directory = source < 0 ? NULL : fdopendir(source);
	autofd int target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (!directory || target < 0)
		return fail("open %s", name);
	if (depth > DEPTH_MAX)
		return fail_input("%s: more than %d directories deep", name, DEPTH_MAX);
	if (fstat(source, &status) < 0)
		return fail("fstat %s", name);
	errno = 0;
	for (struct dirent *entry; (entry = readdir(directory)); errno = 0) {
		if (entry->d_name[0] == '.' &&
		    (!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2])))
			continue;
		if (copy_entry(source, target, entry->d_name, depth) < 0)
			return -1;
	}
	if (errno)
		return fail("readdir %s", name);
	return copy_attributes(target, &status, name);
}

int tmpcopyup(int root, const char *path, int mount)
{
	autofd int from = file_open_in_root(root, path, O_RDONLY | O_DIRECTORY);

	if (from < 0)
		return errno == ENOENT ? 0 : fail("openat2 %s in the root file system", path);
	return copy_directory(from, mount, ".", 0);
}
