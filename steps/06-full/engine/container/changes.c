#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "changes.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "whiteout.h"
#include "xattrs.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

struct walk {
	bool userxattr;
	int (*tell)(enum change_kind kind, const char *path, void *data);
	void *data;
};

/* The names in a directory, sorted. */
struct names {
	char **list;
	size_t count;
};

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static int read_names(int fd, struct names *names)
{
	int copy = openat(fd, ".", DIRECTORY);
	autodir DIR *directory = copy < 0 ? NULL : fdopendir(copy);

	if (!directory)
		return fail("open a directory of the container");
	for (struct dirent *entry; (entry = readdir(directory));) {
		char **grown;

		if (file_is_dots(entry->d_name))
			continue;
		grown = reallocarray(names->list, names->count + 1, sizeof(*grown));
		if (!grown)
			return fail("reallocarray");
		names->list = grown;
		grown[names->count] = strdup(entry->d_name);
		if (!grown[names->count])
			return fail("strdup");
		names->count++;
	}
	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), compare);
	return 0;
}

/* A directory is in the upper directory also when only something in it was changed. */
static bool is_same(const struct stat *upper, const struct stat *below)
{
	return S_ISDIR(upper->st_mode) && S_ISDIR(below->st_mode) &&
		upper->st_mode == below->st_mode && upper->st_uid == below->st_uid &&
		upper->st_gid == below->st_gid && upper->st_mtim.tv_sec == below->st_mtim.tv_sec &&
		upper->st_mtim.tv_nsec == below->st_mtim.tv_nsec;
}

static int walk_directory(const struct walk *walk, int upper, int below, const char *path);

/* An opaque directory hides what is below it. What is not in the directory was removed. */
static int tell_hidden(const struct walk *walk, int upper, int below, const char *path)
{
	struct names names = { 0 };
	struct stat status;
	int result = read_names(below, &names);

	for (size_t i = 0; result == 0 && i < names.count; i++) {
		autofree char *child = NULL;

		if (fstatat(upper, names.list[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		result = asprintf(&child, "%s/%s", path, names.list[i]) < 0
			? fail("asprintf")
			: walk->tell(CHANGE_DELETED, child, walk->data);
	}
	free_names(&names);
	return result;
}

static int enter(const struct walk *walk, int upper, int below, const char *name, const char *path)
{
	autofd int here = openat(upper, name, DIRECTORY);
	autofd int there = below < 0 ? -1 : openat(below, name, DIRECTORY);
	struct xattrs marks = { 0 };
	int result;

	if (here < 0)
		return fail("open %s of the container", path);
	result = xattrs_read(upper, name, walk->userxattr, &marks, path);
	if (result == 0 && there >= 0 && marks.is_opaque)
		result = tell_hidden(walk, here, there, path);
	xattrs_free(&marks);
	return result < 0 ? -1 : walk_directory(walk, here, there, path);
}

static int look_at(const struct walk *walk, int upper, int below, const char *name,
		   const char *path)
{
	struct stat status, before;
	bool was_there;

	if (fstatat(upper, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail("stat %s of the container", path);
	was_there = below >= 0 && fstatat(below, name, &before, AT_SYMLINK_NOFOLLOW) == 0;
	if (whiteout_is_node(&status)) {
		/* The container may have made and removed the file: then nothing was there. */
		return was_there ? walk->tell(CHANGE_DELETED, path, walk->data) : 0;
	}
	if (!was_there || !is_same(&status, &before)) {
		enum change_kind kind = was_there ? CHANGE_CHANGED : CHANGE_ADDED;

		if (walk->tell(kind, path, walk->data) < 0)
			return -1;
	}
	return S_ISDIR(status.st_mode) ? enter(walk, upper, below, name, path) : 0;
}

static int walk_directory(const struct walk *walk, int upper, int below, const char *path)
{
	struct names names = { 0 };
	int result = read_names(upper, &names);

	for (size_t i = 0; result == 0 && i < names.count; i++) {
		autofree char *child = NULL;

		result = asprintf(&child, "%s/%s", path, names.list[i]) < 0
			? fail("asprintf")
			: look_at(walk, upper, below, names.list[i], child);
	}
	free_names(&names);
	return result;
}

int changes_find(int upper, int below, bool userxattr,
		 int (*tell)(enum change_kind kind, const char *path, void *data), void *data)
{
	const struct walk walk = { .userxattr = userxattr, .tell = tell, .data = data };

	return walk_directory(&walk, upper, below, "");
}
