#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "beneath.h"
#include "changes.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "whiteout.h"
#include "sorted_names.h"
#include "xattrs.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

struct walk {
	int upper, below;
	bool userxattr;
	int (*tell)(enum change_kind kind, const char *path, void *data);
	void *data;
};

static int read_names(int directory, struct sorted_names *names)
{
	return sorted_names_read(directory, names) < 0 ? fail("read a directory of the container")
						       : 0;
}

/* A directory is in the upper directory also when only something in it was changed. */
static bool is_same(const struct stat *upper, const struct stat *below)
{
	return S_ISDIR(upper->st_mode) && S_ISDIR(below->st_mode) &&
		upper->st_mode == below->st_mode && upper->st_uid == below->st_uid &&
		upper->st_gid == below->st_gid && upper->st_mtim.tv_sec == below->st_mtim.tv_sec &&
		upper->st_mtim.tv_nsec == below->st_mtim.tv_nsec;
}

/* The two directories of one path. `below` is -1 where nothing was. */
struct place {
	int upper, below;
};

static void close_place(struct place *place)
{
	cleanup_fd(&place->upper);
	cleanup_fd(&place->below);
}

/* Paths begin with "/"; "" is the root. */
static int open_place(const struct walk *walk, const char *path, bool was_there,
		      struct place *place)
{
	place->upper = beneath_open(walk->upper, path + (*path == '/'));
	if (place->upper < 0)
		return fail("open %.200s of the container", path);
	place->below = was_there ? beneath_open(walk->below, path + (*path == '/')) : -1;
	return 0;
}

static int tell_missing(const struct walk *walk, const struct place *place, const char *path,
			const char *name)
{
	autofree char *child = NULL;
	struct stat status;

	if (fstatat(place->upper, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (asprintf(&child, "%s/%s", path, name) < 0)
		return fail("asprintf");
	return walk->tell(CHANGE_DELETED, child, walk->data);
}

/* An opaque directory hides what is below it. What is not in the directory was removed. */
static int tell_hidden(const struct walk *walk, const struct place *place, const char *path)
{
	struct sorted_names names = { 0 };
	int result;

	do {
		result = read_names(place->below, &names);
		for (size_t i = 0; result == 0 && i < names.count; i++)
			result = tell_missing(walk, place, path, names.list[i]);
	} while (result == 0 && !names.is_last);
	sorted_names_free(&names);
	return result;
}

static int walk_directory(const struct walk *walk, const char *path, bool was_there);

/*
 * Returns 1 if the entry is a directory that is to be entered, which then fills `was_there`; 0; or
 * -1.
 */
static int look_at(const struct walk *walk, const struct place *place, const char *name,
		   const char *path, bool *was_there)
{
	struct stat status, before;

	if (fstatat(place->upper, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail("stat %s of the container", path);
	*was_there =
		place->below >= 0 && fstatat(place->below, name, &before, AT_SYMLINK_NOFOLLOW) == 0;
	if (whiteout_is_node(&status)) {
		/* The container may have made and removed the file: then nothing was there. */
		return *was_there ? walk->tell(CHANGE_DELETED, path, walk->data) : 0;
	}
	if (!*was_there || !is_same(&status, &before)) {
		enum change_kind kind = *was_there ? CHANGE_CHANGED : CHANGE_ADDED;

		if (walk->tell(kind, path, walk->data) < 0)
			return -1;
	}
	*was_there = *was_there && S_ISDIR(before.st_mode);
	return S_ISDIR(status.st_mode);
}

/* The directory is closed while one in it is walked: so only one is open, however deep it is. */
static int walk_names(const struct walk *walk, const struct sorted_names *names, const char *path,
		      bool was_there)
{
	struct place place = { -1, -1 };
	int result = 0;

	for (size_t i = 0; result == 0 && i < names->count; i++) {
		autofree char *child = NULL;
		bool child_was_there = false;

		if (asprintf(&child, "%s/%s", path, names->list[i]) < 0)
			result = fail("asprintf");
		else if (place.upper < 0)
			result = open_place(walk, path, was_there, &place);
		if (result == 0)
			result = look_at(walk, &place, names->list[i], child, &child_was_there);
		if (result > 0) {
			close_place(&place);
			result = walk_directory(walk, child, child_was_there);
		}
	}
	close_place(&place);
	return result;
}

/* Tells what an opaque directory has hidden. */
static int look_into(const struct walk *walk, const char *path, bool was_there)
{
	struct place place = { -1, -1 };
	struct xattrs marks = { 0 };
	int result = open_place(walk, path, was_there, &place);

	if (result == 0)
		result = xattrs_read(place.upper, ".", walk->userxattr, &marks, path);
	if (result == 0 && *path && place.below >= 0 && marks.is_opaque)
		result = tell_hidden(walk, &place, path);
	xattrs_free(&marks);
	close_place(&place);
	return result;
}

static int walk_batch(const struct walk *walk, const char *path, bool was_there,
		      struct sorted_names *names)
{
	struct place place = { -1, -1 };
	int result = open_place(walk, path, false, &place);

	if (result == 0)
		result = read_names(place.upper, names);
	close_place(&place);
	return result < 0 ? -1 : walk_names(walk, names, path, was_there);
}

static int walk_directory(const struct walk *walk, const char *path, bool was_there)
{
	struct sorted_names names = { 0 };
	int result = look_into(walk, path, was_there);

	while (result == 0 && !names.is_last)
		result = walk_batch(walk, path, was_there, &names);
	sorted_names_free(&names);
	return result;
}

int changes_find(int upper, int below, bool userxattr,
		 int (*tell)(enum change_kind kind, const char *path, void *data), void *data)
{
	const struct walk walk = { upper, below, userxattr, tell, data };

	return walk_directory(&walk, "", true);
}
