#include "unpack_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "fail.h"
#include "whiteout.h"

int unpack_path_clean(const char *raw, char *path)
{
	size_t used = 0;

	/*
	 * TODO 2: refuse an absolute name, and in the loop a name with the component "..", wherever
	 * it stands: "..", "a/..", "a/../b". Names as "..a" or "..." are good ones. Refuse with
	 * fail_input(): say in your own words what is wrong, and name the entry as it came (`raw`).
	 */
	for (const char *next = raw; *next;) {
		size_t length = strcspn(next, "/");

		/* TODO 2: the component begins at `next`, and has `length` bytes. */
		if (length > 0 && !(length == 1 && *next == '.')) {
			if (used + length + 2 > PATH_MAX)
				return fail_input("the layer's entry %.100s... has a name of more "
						  "than %d bytes: no file can have it",
						  raw, PATH_MAX - 1);
			if (used > 0)
				path[used++] = '/';
			memcpy(path + used, next, length);
			used += length;
		}
		next += length + strspn(next + length, "/");
	}
	path[used] = '\0';
	return 0;
}

int unpack_path_count(struct unpack_path *place)
{
	if (place->entries_left == 0)
		return fail_input("the layer has more entries than its limits allow");
	place->entries_left--;
	return 0;
}

static int put_times_back(int directory, const struct timespec times[2], const char *name)
{
	return futimens(directory, times) < 0 ? fail("futimens %s", name) : 0;
}

/*
 * Makes the directory `path`, which is `name` in `parent`. A whiteout that has its place is of this
 * same layer: the new directory hides what the layers below have there.
 */
static int make_directory(struct unpack_path *place, int parent, const char *name, const char *path)
{
	struct stat status;
	bool is_opaque = false;
	autofd int made = -1;

	if (unpack_path_count(place) < 0)
		return -1;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!whiteout_is_node(&status))
			return fail_input(
				"the layer has an entry below %s, which is %s: the archive "
				"is not to be trusted",
				path, S_ISLNK(status.st_mode) ? "a symbolic link" : "no directory");
		if (unlinkat(parent, name, 0) < 0)
			return fail("unlinkat %s", path);
		is_opaque = true;
	}
	if (mkdirat(parent, name, 0755) < 0)
		return fail("mkdirat %s", path);
	made = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0)
		return fail("open %s", path);
	/* The parent may pass on its group and its set-group-ID bit, the umask takes bits away. */
	if (fchown(made, 0, 0) < 0)
		return fail("fchown %s", path);
	if (fchmod(made, 0755) < 0)
		return fail("fchmod %s", path);
	return is_opaque ? whiteout_make_opaque(made, place->userxattr, path) : 0;
}

/* Makes the directory `path`, whose parent exists. The parent keeps its times. */
static int make_one(struct unpack_path *place, const char *path)
{
	const char *name = strrchr(path, '/');
	char above[PATH_MAX] = "";
	struct timespec times[2];
	struct stat status;
	autofd int parent = -1;

	if (name)
		memcpy(above, path, (size_t)(name - path));
	parent = beneath_open(place->root, above);
	if (parent < 0 || fstat(parent, &status) < 0)
		return fail("openat2 %s", above);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	if (make_directory(place, parent, name ? name + 1 : path, path) < 0)
		return -1;
	return put_times_back(parent, times, above);
}

/* True if a component is missing, or is no directory: make_directory() tells which. */
static bool is_obstacle(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* Opens `directory`, makes what is missing of it. */
static int open_or_make(struct unpack_path *place, char *directory)
{
	int fd = beneath_open(place->root, directory);

	if (fd >= 0 || !is_obstacle(errno))
		return fd;
	for (char *end = directory; end;) {
		end = strchr(end + 1, '/');
		if (end)
			*end = '\0';
		fd = beneath_open(place->root, directory);
		if (fd >= 0)
			close(fd);
		else if (!is_obstacle(errno) || make_one(place, directory) < 0)
			return -1;
		if (end)
			*end = '/';
	}
	return beneath_open(place->root, directory);
}

/* Copies the directory of `path` to `directory`, and returns the last component. */
static const char *split(const char *path, char *directory)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	memcpy(directory, path, length);
	directory[length] = '\0';
	return slash ? slash + 1 : path;
}

int unpack_path_leave(struct unpack_path *place)
{
	autofd int parent = place->parent;

	place->parent = -1;
	return parent < 0 ? 0 : put_times_back(parent, place->times, place->name);
}

int unpack_path_parent(struct unpack_path *place, const char *path, const char **name)
{
	char directory[PATH_MAX];
	struct stat status;

	*name = split(path, directory);
	if (place->parent >= 0 && strcmp(directory, place->name) == 0)
		return place->parent;
	if (unpack_path_leave(place) < 0)
		return -1;
	place->parent = open_or_make(place, directory);
	if (place->parent < 0 && errno == ELOOP)
		return fail_input(
			"the layer's entry %s is below a symbolic link: the archive is not "
			"to be trusted",
			path);
	if (place->parent < 0 || fstat(place->parent, &status) < 0)
		return fail("openat2 %s in the layer", directory);
	place->times[0] = status.st_atim;
	place->times[1] = status.st_mtim;
	strcpy(place->name, directory);
	return place->parent;
}

int unpack_path_open_parent(const struct unpack_path *place, const char *path, const char **name)
{
	char directory[PATH_MAX];

	*name = split(path, directory);
	return beneath_open(place->root, directory);
}
