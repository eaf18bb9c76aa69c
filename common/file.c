#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

	/* EAGAIN: a rename or mount came while the kernel followed "..". */
	do {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && --tries > 0);
	return fd;
}

/*
 * Opens `prefix` below `root`, and makes its last component, `name` in `parent`, if that is
 * missing. If `name` is a link that leads nowhere, as /etc/resolv.conf often is, makes the link's
 * target.
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
	/* EEXIST: another container has made it meanwhile. */
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

bool file_is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

struct dirent *file_next(DIR *directory)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(directory);
	} while (entry && file_is_dots(entry->d_name));
	return entry;
}

bool file_is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

bool file_is_at(int fd, int directory, const char *path)
{
	struct stat opened, there;

	return fstat(fd, &opened) == 0 &&
		fstatat(directory, path, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		file_is_same(&opened, &there);
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

char *file_read_open(int fd)
{
	autofree char *text = NULL;
	char *whole;
	size_t size = 0, used = 0;
	ssize_t got;

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

char *file_read_at(int directory, const char *name)
{
	autofd int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : file_read_open(fd);
}

char *file_read(const char *path)
{
	return file_read_at(AT_FDCWD, path);
}

#ifndef MFD_NOEXEC_SEAL /* since Linux 6.3; vm.memfd_noexec=2 requires it */
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int file_create_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create(name, MFD_CLOEXEC);
	return fd < 0 ? fail("memfd_create %s", name) : fd;
}

int file_make_memory(const char *name, const char *text)
{
	autofd int fd = file_create_memory(name);

	if (fd < 0)
		return -1;
	for (size_t left = strlen(text); left > 0;) {
		ssize_t written = write(fd, text, left);

		if (written <= 0)
			return fail("write to a file in memory");
		text += written;
		left -= (size_t)written;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail("lseek");
	return cleanup_take_fd(&fd);
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
