#include "remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/*
 * Clears the flags "immutable" and "append only", which only files and directories have. A change
 * of flags waits for the disk (ext4), so nothing is changed where none is set.
 */
static void clear_flags(int directory, const char *name)
{
	struct stat status;
	int flags = 0, none = 0;
	autofd int fd = -1;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)))
		return;
	fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	    flags & (FS_IMMUTABLE_FL | FS_APPEND_FL))
		ioctl(fd, FS_IOC_SETFLAGS, &none);
}

/* Returns 0, or -1 with errno and no message. ENOTEMPTY: a directory that is not empty. */
static int remove_entry(int directory, const char *name)
{
	if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EPERM) {
		clear_flags(directory, name);
		if (unlinkat(directory, name, 0) == 0)
			return 0;
	}
	return errno == EISDIR ? unlinkat(directory, name, AT_REMOVEDIR) : -1;
}

/*
 * Empties and removes the directory `name` of `top`. A directory in it that is not empty is moved
 * up into `top`, so a tree of any depth is removed without descending. `moved` counts the new
 * names. Returns 0 or -1.
 */
static int remove_level(int top, const char *name, unsigned long *moved)
{
	autodir DIR *directory = NULL;
	char unique[64];
	int fd;

	clear_flags(top, name);
	fd = openat(top, name, DIRECTORY);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory)
		return fail("open %s", name);
	for (struct dirent *entry; (entry = file_next(directory));) {
		if (remove_entry(fd, entry->d_name) == 0)
			continue;
		if (errno != ENOTEMPTY)
			return fail("unlinkat %s", entry->d_name);
		do {
			snprintf(unique, sizeof(unique), "moved-%lu", (*moved)++);
		} while (faccessat(top, unique, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
		clear_flags(fd, entry->d_name);
		if (renameat(fd, entry->d_name, top, unique) < 0)
			return fail("renameat %s", entry->d_name);
	}
	if (errno)
		return fail("readdir %s", name);
	return unlinkat(top, name, AT_REMOVEDIR) < 0 ? fail("unlinkat %s", name) : 0;
}

/* Removes what is in `top`, once. Returns the number of names that were in `top`, or -1. */
static long remove_pass(int top, unsigned long *moved)
{
	int fd = openat(top, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	long found = 0;

	if (!directory)
		return fail("open a directory to remove");
	for (struct dirent *entry; (entry = file_next(directory));) {
		found++;
		if (remove_entry(top, entry->d_name) == 0)
			continue;
		if (errno != ENOTEMPTY)
			return fail("unlinkat %s", entry->d_name);
		if (remove_level(top, entry->d_name, moved) < 0)
			return -1;
	}
	return errno ? fail("readdir of a directory to remove") : found;
}

int remove_tree(int directory, const char *name)
{
	unsigned long moved = 0;
	autofd int top = -1;
	long found;

	if (remove_entry(directory, name) == 0)
		return 0;
	if (errno != ENOTEMPTY)
		return fail("unlinkat %s", name);
	top = openat(directory, name, DIRECTORY);
	if (top < 0)
		return fail("open %s", name);
	clear_flags(directory, name);
	do {
		found = remove_pass(top, &moved);
	} while (found > 0);
	if (found < 0)
		return -1;
	return unlinkat(directory, name, AT_REMOVEDIR) < 0 ? fail("unlinkat %s", name) : 0;
}
