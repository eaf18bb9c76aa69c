#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

enum { READ_FIRST = 4096, READ_MAX = 32 * 1024 * 1024 };

int file_reserve_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return fail("open /dev/null");
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

int file_open_directory(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? fail("open %s", path) : fd;
}

int file_open_in_root(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int tries = 1000, fd;

	/* EAGAIN: something was renamed or mounted while the kernel went "..", so it is unsure. */
	do {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && --tries > 0);
	return fd;
}

/*
 * Opens `prefix` below `root`; `name`, its last component in `parent`, is made where missing. It
 * may be a link to where nothing is yet, as /etc/resolv.conf often is: then that is made.
 */
static int open_or_make(int root, const char *prefix, int parent, const char *name, mode_t type)
{
	int place = file_open_in_root(root, prefix, O_PATH);
	autofree char *behind = NULL;
	char link[PATH_MAX];
	ssize_t length;

	if (place >= 0)
		return place;
	if (errno != ENOENT)
		return fail("openat2 %s in the root file system", prefix);
	length = readlinkat(parent, name, link, sizeof(link));
	if (length > 0) {
		if (asprintf(&behind, "%.*s%.*s", *link == '/' ? 0 : (int)(name - prefix), prefix,
			     (int)length, link) < 0)
			return fail("asprintf");
		return file_make_in_root(root, behind, type);
	}
	/* EEXIST: another container was quicker. */
	if (type == S_IFDIR && mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return fail("mkdirat %s in the root file system", prefix);
	if (type == S_IFREG && mknodat(parent, name, S_IFREG | 0644, 0) < 0 && errno != EEXIST)
		return fail("mknodat %s in the root file system", prefix);
	place = file_open_in_root(root, prefix, O_PATH);
	return place < 0 ? fail("openat2 %s in the root file system", prefix) : place;
}

int file_make_in_root(int root, const char *path, mode_t type)
{
	autofree char *prefix = NULL;
	int place = file_open_in_root(root, path, O_PATH);

	if (place >= 0)
		return place;
	if (errno != ENOENT)
		return fail("openat2 %s in the root file system", path);
	prefix = strdup(path);
	if (!prefix)
		return fail("strdup %s", path);
	place = file_open_in_root(root, "/", O_PATH);
	if (place < 0)
		return fail("openat2 / in the root file system");
	for (char *end = prefix; *end;) {
		char *name = end + strspn(end, "/");
		autofd int parent = place;
		char separator;

		end = name + strcspn(name, "/");
		separator = *end;
		*end = '\0';
		place = open_or_make(root, prefix, parent, name, separator ? S_IFDIR : type);
		if (place < 0)
			return -1;
		*end = separator;
	}
	return place;
}

int file_write(int directory, const char *name, const char *text)
{
	autofd int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t length = strlen(text);

	if (fd < 0)
		return fail("open %s", name);
	if (write(fd, text, length) != (ssize_t)length)
		return fail("write %s", name);
	return 0;
}

/* Makes the text twice as large. Returns 0, or -1 with errno. */
static int grow(char **text, size_t *size)
{
	size_t twice = *size ? 2 * *size : READ_FIRST;
	char *grown = NULL;

	errno = EFBIG;
	if (twice <= READ_MAX)
		grown = realloc(*text, twice);
	if (!grown)
		return -1;
	*text = grown;
	*size = twice;
	return 0;
}

char *file_read_at(int directory, const char *name)
{
	autofd int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	autofree char *text = NULL;
	char *whole;
	size_t size = 0, used = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (used + 1 >= size && grow(&text, &size) < 0)
			return NULL;
		got = read(fd, text + used, size - used - 1);
		if (got < 0)
			return NULL;
		used += (size_t)got;
	} while (got > 0);
	text[used] = '\0';
	whole = text;
	text = NULL;
	return whole;
}

char *file_read(const char *path)
{
	return file_read_at(AT_FDCWD, path);
}

int file_beside_program(const char *name, char *path, size_t size)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length < 0)
		return fail("readlink /proc/self/exe");
	program[length] = '\0';
	if ((size_t)snprintf(path, size, "%s/%s", dirname(program), name) >= size) {
		errno = ENAMETOOLONG;
		return fail("path of %s beside the program", name);
	}
	return 0;
}
