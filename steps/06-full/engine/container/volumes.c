#include "volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "copy_tree.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "remove_tree.h"
#include "shifted.h"
#include "view.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/*
 * Writes the path without "//", "/./" and "/" at its end. Returns a text that the caller keeps;
 * NULL: the path leads up, is "/", or is one where the runtime mounts.
 */
static char *tidy(const char *path)
{
	static const char *const taken[] = { "/proc", "/sys", "/dev" };
	char *result = calloc(1, strlen(path) + 2), *end = result;

	while (result && *path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && strncmp(path, "..", 2) == 0)
			return NULL;
		if (length && !(length == 1 && *path == '.')) {
			*end++ = '/';
			end = mempcpy(end, path, length);
		}
		path += length + (path[length] == '/');
	}
	for (size_t i = 0; result && i < sizeof(taken) / sizeof(taken[0]); i++) {
		size_t length = strlen(taken[i]);

		if (strncmp(result, taken[i], length) == 0 &&
		    (!result[length] || result[length] == '/'))
			return NULL;
	}
	return result && *result ? result : NULL;
}

static bool is_mounted(const struct config *config, const char *path)
{
	for (size_t i = 0; i < config->rootfs.mount_count; i++) {
		autofree char *other = tidy(config->rootfs.mounts[i].target);

		if (other && strcmp(other, path) == 0)
			return true;
	}
	return false;
}

/* The volume begins with what the image has at the path, if it has a directory there. */
static int fill(const struct record *record, const struct image *image, const char *path,
		int volume)
{
	autofd int root = view_open_below(record, image), from = -1;

	if (root < 0)
		return -1;
	from = file_open_in_root(root, path, O_RDONLY | O_DIRECTORY);
	if (from < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : fail("open %s of the image", path);
	return copy_tree_content(from, volume, true, NULL, NULL);
}

/* Makes the directory volumes/N of the container, which is complete once it has this name. */
static int make(const struct record *record, const struct image *image, const char *path,
		int number)
{
	char name[32], part[32];
	autofd int container = openat(record->store->containers, record->id, DIRECTORY),
		   volume = -1;

	if (container < 0)
		return fail("open the directory of the container %s", record->id);
	snprintf(name, sizeof(name), "volumes/%d", number);
	snprintf(part, sizeof(part), "volumes/%d.new", number);
	if (faccessat(container, name, F_OK, 0) == 0)
		return 0;
	if (mkdirat(container, "volumes", 0700) < 0 && errno != EEXIST)
		return fail("mkdir volumes of the container");
	if (remove_tree(container, part) < 0)
		return -1;
	if (mkdirat(container, part, 0755) < 0)
		return fail("mkdir %s of the container", part);
	volume = openat(container, part, DIRECTORY);
	if (volume < 0)
		return fail("open %s of the container", part);
	narrate("volume %s begins with what the image has there", path);
	if (fill(record, image, path, volume) < 0)
		return -1;
	return renameat(container, part, container, name) < 0
		? fail("rename %s of the container", part)
		: 0;
}

/* The directory's owners are those that the container sees, if the mount is idmapped. */
static bool needs_map(const struct record *record, const struct userns *userns)
{
	return !record->store->userxattr && userns->shift && !shifted_is(record) &&
		(userns->mode == USERNS_AUTO || userns->mode == USERNS_MAPPED);
}

/* Puts the volume before the mounts of the options, one of which may be below it. */
static int add(const struct record *record, const char *path, int number, struct config *config)
{
	struct rootfs *rootfs = &config->rootfs;
	struct rootfs_mount *grown =
		reallocarray(rootfs->mounts, rootfs->mount_count + 1, sizeof(*grown));
	char *source;

	if (!grown)
		return fail("reallocarray");
	rootfs->mounts = grown;
	if (asprintf(&source, "%s/containers/%s/volumes/%d", record->store->path, record->id,
		     number) < 0)
		return fail("asprintf");
	if (needs_map(record, &config->userns)) {
		const struct mounts_entry entry = {
			.mount = { .source = source, .target = path },
			.bind = true,
			.with_below = true,
			.map = true,
		};

		return mounts_add(&config->mounts, entry);
	}
	memmove(grown + 1, grown, rootfs->mount_count++ * sizeof(*grown));
	grown[0] = (struct rootfs_mount){ .source = source, .target = path };
	return 0;
}

int setup_volumes(const struct record *record, const struct image *image, struct config *config)
{
	const char *asked;
	json_t *nothing;
	int number = 0;

	json_object_foreach(image->defaults.volumes, asked, nothing)
	{
		const char *path = tidy(asked);

		number++;
		if (*asked != '/' || !path)
			return fail_input("the image has a volume at %s, where none can be", asked);
		if (is_mounted(config, path))
			continue;
		if (make(record, image, path, number) < 0)
			return -1;
		if (add(record, path, number, config) < 0)
			return -1;
	}
	return 0;
}
