#include "pid_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

/* `start` may run in another directory than `create` did. Returns a text, or NULL with errno. */
static char *make_absolute(const char *path)
{
	char directory[PATH_MAX], *absolute;

	if (*path == '/')
		return strdup(path);
	if (!getcwd(directory, sizeof(directory)) ||
	    asprintf(&absolute, "%s/%s", directory, path) < 0)
		return NULL;
	return absolute;
}

static int keep_note(int directory, const char *path, const struct stat *file, pid_t pid)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	autofree char *absolute = make_absolute(path);
	autofd int note = -1;

	if (!absolute)
		return fail("getcwd for --pid-file %s", path);
	note = openat(directory, PID_FILE_NOTE, flags, 0600);
	if (note < 0)
		return fail("open the note of --pid-file %s", path);
	if (dprintf(note, "%ju %ju %d %s", (uintmax_t)file->st_dev, (uintmax_t)file->st_ino, pid,
		    absolute) < 0)
		return fail("write the note of --pid-file %s", path);
	return 0;
}

static int fill(int fd, const char *aside, pid_t pid)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", pid);

	if (fchmod(fd, 0644) < 0 || write(fd, text, (size_t)length) != length)
		return fail("write %s", aside);
	return 0;
}

static int put_in_place(int fd, const char *aside, int directory, const char *path, pid_t pid)
{
	struct stat file;

	if (fill(fd, aside, pid) < 0)
		return -1;
	if (fstat(fd, &file) < 0)
		return fail("fstat %s", aside);
	if (directory >= 0 && keep_note(directory, path, &file, pid) < 0)
		return -1;
	return rename(aside, path) < 0 ? fail("rename %s to --pid-file %s", aside, path) : 0;
}

/* The file has a temporary name until it is complete, so that a reader never finds it empty. */
int pid_file_write(int directory, const char *path, pid_t pid)
{
	autofree char *aside = NULL;
	autofd int fd = -1;

	if (!path)
		return 0;
	if (asprintf(&aside, "%s.XXXXXX", path) < 0)
		return fail("asprintf");
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return fail("open %s for --pid-file", aside);
	if (put_in_place(fd, aside, directory, path, pid) == 0)
		return 0;
	unlink(aside);
	return -1;
}

/* True if pid_file_write() wrote the file at `path`, and the file still contains the pid. */
static bool is_written(const char *path, uintmax_t device, uintmax_t inode, int pid)
{
	autofd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofree char *text = NULL;
	char wanted[16];
	struct stat file;

	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return false;
	if (file.st_dev != device || file.st_ino != inode)
		return false;
	/* A file system may give the inode number of a removed file to another one. */
	text = file_read_open(fd);
	snprintf(wanted, sizeof(wanted), "%d", pid);
	return text && strcmp(text, wanted) == 0;
}

void pid_file_remove(int directory)
{
	autofree char *note = file_read_at(directory, PID_FILE_NOTE);
	uintmax_t device, inode;
	int pid, length = 0;

	if (!note || sscanf(note, "%ju %ju %d %n", &device, &inode, &pid, &length) != 3 || !length)
		return;
	if (is_written(note + length, device, inode, pid))
		unlink(note + length);
}
