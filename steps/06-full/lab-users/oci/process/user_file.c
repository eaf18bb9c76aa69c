#include "user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "fail.h"
#include "ids.h"

/* Enough for a hundred thousand users, and for as many members of a group. */
enum { FILE_MAX_BYTES = 16 << 20, LINE_MAX_BYTES = 1 << 20 };

static bool is_null_device(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/*
 * Checks an open file. Returns 1 for a file to read, 0 for the null device, which has no lines, or
 * -1.
 */
static int check(int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return fail("fstat %s", path);
	if (is_null_device(&status))
		return 0;
	if (!S_ISREG(status.st_mode))
		return fail_input("%s in the container is no regular file", path);
	if (status.st_size > FILE_MAX_BYTES)
		return fail_input("%s in the container has %jd bytes, more than %d", path,
				  (intmax_t)status.st_size, FILE_MAX_BYTES);
	return 1;
}

/*
 * Checks the file without opening it for reading: if it is on a mount with nodev, even the null
 * device could not be opened.
 */
static int check_unopened(const char *path)
{
	autofd int place = open(path, O_PATH | O_CLOEXEC);

	if (place >= 0)
		return check(place, path);
	return errno == ENOENT || errno == ENOTDIR ? 0 : fail("open %s", path);
}

int user_file_open(struct user_file *file, const char *path)
{
	int found = check_unopened(path);
	autofd int fd = -1;

	*file = (struct user_file){ .path = path };
	if (found <= 0)
		return found;
	/*
	 * The container may have put something else there meanwhile. Do not wait if it is a FIFO.
	 */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", path);
	found = check(fd, path);
	if (found <= 0)
		return found;
	file->line = malloc(LINE_MAX_BYTES + 2);
	file->stream = fdopen(fd, "r");
	if (!file->line || !file->stream)
		return fail("read %s", path);
	fd = -1; /* the stream will close it */
	return 0;
}

/* Reads a line without its end. Returns 1, 0 at the end of the file, or -1. */
static int read_line(struct user_file *file)
{
	char *last = file->line + LINE_MAX_BYTES;

	if (!file->stream)
		return 0;
	/*
	 * fgets(3) has filled the buffer if its NUL is in the last byte. Without a newline before
	 * the NUL, the line is too long.
	 */
	last[1] = '\n';
	last[0] = '\n';
	if (!fgets(file->line, LINE_MAX_BYTES + 2, file->stream))
		return ferror(file->stream) ? fail("read %s", file->path) : 0;
	if (last[1] == '\0' && last[0] != '\n')
		return fail_input("%s in the container has a line of more than %d bytes",
				  file->path, LINE_MAX_BYTES);
	if (ftello(file->stream) > FILE_MAX_BYTES)
		return fail_input("%s in the container has more than %d bytes", file->path,
				  FILE_MAX_BYTES);
	file->line[strcspn(file->line, "\n")] = '\0';
	return 1;
}

int user_file_next(struct user_file *file, struct user_entry *entry)
{
	/*
	 * TODO 1: read lines (read_line() puts one in file->line) until one is an entry,
	 * "name:password:number:rest": fill *entry and return 1. strsep(3) cuts a line at its
	 * colons. These lines are no entries: one with an empty name, one with less than three
	 * colons, and one whose number is none (ids_read(), at most USER_ID_MAX). When read_line()
	 * returns 0 or -1, return that.
	 */
	(void)file;
	(void)entry;
	(void)read_line;
	return 0;
}

void user_file_close(struct user_file *file)
{
	int saved = errno;

	if (file->stream)
		fclose(file->stream);
	free(file->line);
	errno = saved;
}
