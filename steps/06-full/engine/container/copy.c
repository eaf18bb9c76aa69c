#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY };

/* Opens a directory. Returns a descriptor, or -1 with errno and no message. */
static int open_at(const struct copy_place *place, const char *path)
{
	if (place->is_host)
		return openat(AT_FDCWD, path, DIRECTORY | O_CLOEXEC);
	return file_open_in_root(place->root, path, DIRECTORY);
}

/*
 * Splits the path: *name is its last component, without "/" at the end; the result the part before,
 * "/" or "." if there is none. Both are to be freed.
 */
static char *split(const struct copy_place *place, char **name)
{
	const char *path = place->path;
	size_t length = strlen(path), before;

	while (length > 1 && path[length - 1] == '/')
		length--;
	for (before = length; before > 0 && path[before - 1] != '/'; before--)
		;
	*name = strndup(path + before, length - before);
	if (before == 0)
		return strdup(place->is_host ? "." : "/");
	return strndup(path, before);
}

/* True for "DIR/.", "DIR/.." and "/", which have no name of their own: what is in the directory. */
static bool is_content(const char *path)
{
	size_t length = strlen(path), before;

	while (length > 0 && path[length - 1] == '/')
		length--;
	for (before = length; before > 0 && path[before - 1] != '/'; before--)
		;
	path += before;
	length -= before;
	return (length == 0 && *path) || (length == 1 && *path == '.') ||
		(length == 2 && path[0] == '.' && path[1] == '.');
}

/* `made`: the target was made just now, and gets the attributes of the source. */
static int copy_content(const struct copy_place *source, const struct copy_place *target, bool made,
			const struct copy_owner *owner)
{
	autofd int from = open_at(source, source->path), to = -1;

	if (from < 0)
		return fail("open %s", source->path);
	to = open_at(target, target->path);
	if (to < 0)
		return fail("open %s", target->path);
	return copy_tree_content(from, to, made, owner, source->filter);
}

/* Makes the directory with all before it. */
static int make_directory(const struct copy_place *place, const char *path)
{
	autofd int fd = -1;

	if (place->is_host)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? fail("mkdir %s", path) : 0;
	fd = file_make_in_root(place->root, path, S_IFDIR);
	return fd < 0 ? -1 : 0;
}

static int copy_one(const struct copy_place *source, const struct copy_place *target,
		    bool is_directory, const struct copy_owner *owner)
{
	autofree char *name = NULL, *new_name = NULL;
	autofree char *before = split(source, &name), *parent = split(target, &new_name);
	autofd int from = -1, to = -1;

	if (!before || !parent || !name || !new_name)
		return fail("strdup");
	from = open_at(source, before);
	if (from < 0)
		return fail("open %s", before);
	to = open_at(target, is_directory ? target->path : parent);
	if (to < 0)
		return fail("open %s", is_directory ? target->path : parent);
	return copy_tree(from, name, to, is_directory ? name : new_name, owner);
}

int copy(const struct copy_place *source, const struct copy_place *target, bool make_parents,
	 const struct copy_owner *owner)
{
	const size_t length = strlen(target->path);
	const bool asks_directory =
		is_content(target->path) || (length > 0 && target->path[length - 1] == '/');
	autofree char *name = NULL, *parent = split(target, &name);
	autofd int directory = open_at(target, target->path);
	const bool content = is_content(source->path);
	bool made = false;

	if (!parent || !name)
		return fail("strdup");
	if (directory < 0 && errno != ENOENT && errno != ENOTDIR)
		return fail("open %s", target->path);
	if (directory < 0 && make_parents && make_directory(target, parent) < 0)
		return -1;
	if (directory < 0 && (content || (make_parents && asks_directory))) {
		if (make_directory(target, target->path) < 0)
			return -1;
		directory = open_at(target, target->path);
		made = true;
	}
	if (directory < 0 && asks_directory)
		return fail("open %s", target->path);
	if (content)
		return copy_content(source, target, made, owner);
	return copy_one(source, target, directory >= 0, owner);
}
