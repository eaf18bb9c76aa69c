#include "content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { BLOCK = 64 << 10 };

static void add(struct sha256_ctx *hash, const void *bytes, size_t size)
{
	sha256_update(hash, size, bytes);
}

/* Each part ends with "\0", so that two parts never look like one. */
static void add_text(struct sha256_ctx *hash, const char *text)
{
	add(hash, text, strlen(text) + 1);
}

/* A descriptor of O_PATH cannot be read from. */
static int hash_file(int path, const char *name, struct sha256_ctx *hash)
{
	char link[64];
	autofd int fd = -1;
	autofree char *block = malloc(BLOCK);
	ssize_t count;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	fd = open(link, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || !block)
		return fail("open %s", name);
	while ((count = read(fd, block, BLOCK)) > 0)
		add(hash, block, (size_t)count);
	return count < 0 ? fail("read %s", name) : 0;
}

static int hash_link(int path, const char *name, struct sha256_ctx *hash)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(path, "", target, sizeof(target));

	if (length < 0)
		return fail("readlinkat %s", name);
	add(hash, target, (size_t)length);
	return 0;
}

static int is_no_dots(const struct dirent *entry)
{
	return !file_is_dots(entry->d_name);
}

static int by_bytes(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static int hash_any(int fd, const char *name, const char *path, const struct copy_filter *filter,
		    struct sha256_ctx *hash);

/* `path` is that of the directory: "" for the first one. */
static int hash_entry(int directory, const char *name, const char *path,
		      const struct copy_filter *filter, struct sha256_ctx *hash)
{
	autofree char *child = NULL;
	autofd int fd = -1;

	if (asprintf(&child, "%s%s%s", path, *path ? "/" : "", name) < 0)
		return fail("asprintf");
	if (copy_choose(filter, child) == COPY_LEAVE)
		return 0;
	fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail("open %s", name) : hash_any(fd, name, child, filter, hash);
}

static int hash_directory(int directory, const char *name, const char *path,
			  const struct copy_filter *filter, struct sha256_ctx *hash)
{
	struct dirent **entries;
	int count = scandirat(directory, ".", &entries, is_no_dots, by_bytes), result = 0;

	if (count < 0)
		return fail("open %s", name);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = hash_entry(directory, entries[i]->d_name, path, filter, hash);
		free(entries[i]);
	}
	free(entries);
	add_text(hash, "");
	return result;
}

static int hash_any(int fd, const char *name, const char *path, const struct copy_filter *filter,
		    struct sha256_ctx *hash)
{
	struct stat status;
	char head[64];

	if (fstat(fd, &status) < 0)
		return fail("stat %s", name);
	snprintf(head, sizeof(head), "%o %jd %jx", status.st_mode,
		 S_ISREG(status.st_mode) ? (intmax_t)status.st_size : 0, (uintmax_t)status.st_rdev);
	add_text(hash, head);
	add_text(hash, name);
	if (S_ISREG(status.st_mode))
		return hash_file(fd, name, hash);
	if (S_ISLNK(status.st_mode))
		return hash_link(fd, name, hash);
	return S_ISDIR(status.st_mode) ? hash_directory(fd, name, path, filter, hash) : 0;
}

int content_hash(int fd, const char *name, const struct copy_filter *filter,
		 struct sha256_ctx *hash)
{
	return hash_any(fd, name, "", filter, hash);
}
