#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "helper.h"
#include "narrate.h"
#include "userns.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Any directory that is not in /proc/self/fd, by which the layers are found. */
#define PLACE "/proc/sys"

/*
 * A renamed directory would be a mark in the upper directory that no layer of an image can have,
 * and so would a file whose data stays below. The kernel's defaults for both can be changed. With
 * userxattr both are off, and may not be named.
 */
static const char *const plain[][2] = {
	{ "redirect_dir", "off" },
	{ "metacopy", "off" },
};

/* ---- fsopen(2), Linux 6.7 ---- */

/* Passes a directory: as a descriptor, or as its path in /proc. Returns 0, or -1 with errno. */
static int set_directory(int context, const char *key, int directory)
{
	char path[32];

	if (fsconfig(context, FSCONFIG_SET_FD, key, NULL, directory) == 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
	return fsconfig(context, FSCONFIG_SET_STRING, key, path, 0);
}

/* Returns 0; 1: this kernel does not know "lowerdir+"; or -1. */
static int set_layers(int context, const struct overlay *overlay)
{
	for (size_t i = overlay->layer_count; i-- > 0;) {
		if (set_directory(context, "lowerdir+", overlay->layers[i]) == 0)
			continue;
		return errno == EINVAL && i + 1 == overlay->layer_count
			? 1
			: fail("fsconfig overlay lowerdir+");
	}
	return 0;
}

static int set_plain(int context)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (fsconfig(context, FSCONFIG_SET_STRING, plain[i][0], plain[i][1], 0) < 0)
			return fail("fsconfig overlay %s=%s", plain[i][0], plain[i][1]);
	return 0;
}

static int configure(int context, const struct overlay *overlay, int upper, int work)
{
	if (upper >= 0 && set_directory(context, "upperdir", upper) < 0)
		return fail("fsconfig overlay upperdir");
	if (work >= 0 && set_directory(context, "workdir", work) < 0)
		return fail("fsconfig overlay workdir");
	if (userns_is_ours()) {
		if (fsconfig(context, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) < 0)
			return fail("fsconfig overlay userxattr");
	} else if (set_plain(context) < 0) {
		return -1;
	}
	if (overlay->is_brief && fsconfig(context, FSCONFIG_SET_FLAG, "volatile", NULL, 0) < 0)
		return fail("fsconfig overlay volatile");
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail("fsconfig overlay");
	return 0;
}

/* Returns a mount; 0: the kernel is too old; or -1. */
static int mount_new(const struct overlay *overlay, int upper, int work)
{
	autofd int context = fsopen("overlay", FSOPEN_CLOEXEC);
	int set, mount;

	if (context < 0)
		return fail("fsopen overlay");
	/* Before Linux 6.5 overlayfs takes any option here, and refuses it at the end. */
	if (fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", "", 0) == 0)
		return 0;
	fsconfig(context, FSCONFIG_SET_STRING, "source", "overlay", 0);
	set = set_layers(context, overlay);
	if (set != 0)
		return set < 0 ? -1 : 0;
	if (configure(context, overlay, upper, work) < 0)
		return -1;
	mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
	return mount < 0 ? fail("fsmount overlay") : mount;
}

/* ---- mount(2), before Linux 6.7 ---- */

/* The argument of the process that mounts. */
struct old_way {
	const struct overlay *overlay;
	int upper, work;
};

/* Returns the options, which the caller frees, or NULL. */
static char *write_options(const struct old_way *way)
{
	const bool has_users = userns_is_ours();
	char *options = NULL;
	size_t size;
	FILE *text = open_memstream(&options, &size);

	if (!text) {
		fail("open_memstream");
		return NULL;
	}
	fprintf(text, "lowerdir=");
	for (size_t i = way->overlay->layer_count; i-- > 0;)
		fprintf(text, "/proc/self/fd/%d%s", way->overlay->layers[i], i ? ":" : "");
	if (way->upper >= 0)
		fprintf(text, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", way->upper,
			way->work);
	for (size_t i = 0; !has_users && i < sizeof(plain) / sizeof(plain[0]); i++)
		fprintf(text, ",%s=%s", plain[i][0], plain[i][1]);
	if (has_users)
		fprintf(text, ",userxattr");
	if (way->overlay->is_brief)
		fprintf(text, ",volatile");
	fclose(text);
	return options;
}

/*
 * The kernel takes directories of this mount namespace alone, and the descriptors are of the host
 * side's. So each is opened again by its path, which is the same here.
 */
static int open_here(int directory)
{
	char link[32], path[PATH_MAX];
	struct stat before, found;
	ssize_t length;
	autofd int here = -1;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", directory);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return fail("readlink %s", link);
	path[length] = '\0';
	here = open(path, DIRECTORY);
	if (here < 0 || fstat(here, &found) < 0 || fstat(directory, &before) < 0)
		return fail("open %s", path);
	if (!file_is_same(&before, &found))
		return fail_input("%s is another directory by now", path);
	return dup3(here, directory, O_CLOEXEC) < 0 ? fail("dup3 of a layer") : 0;
}

static int open_all_here(const struct old_way *way)
{
	for (size_t i = 0; i < way->overlay->layer_count; i++)
		if (open_here(way->overlay->layers[i]) < 0)
			return -1;
	if (way->upper < 0)
		return 0;
	return open_here(way->upper) < 0 ? -1 : open_here(way->work);
}

/* mount(2) needs a place. In its own mount namespace the process may cover any directory. */
static int mount_aside(void *data)
{
	const struct old_way *way = data;
	autofree char *options = write_options(way);
	int mounted;

	if (!options)
		return -1;
	if (strlen(options) >= (size_t)sysconf(_SC_PAGESIZE))
		return fail_input("an overlay of %zu layers: this kernel takes fewer, Linux 6.7 %d",
				  way->overlay->layer_count, OVERLAY_MOST);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail("mount / MS_REC|MS_PRIVATE");
	if (open_all_here(way) < 0)
		return -1;
	if (mount("overlay", PLACE, "overlay", 0, options) < 0)
		return fail("mount overlay");
	mounted = open_tree(AT_FDCWD, PLACE, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return mounted < 0 ? fail("open_tree the overlay") : mounted;
}

static int mount_old(const struct overlay *overlay, int upper, int work)
{
	struct old_way way = { .overlay = overlay, .upper = upper, .work = work };

	narrate("mount overlay in the mount namespace of a helper");
	return helper_open(CLONE_NEWNS, mount_aside, &way);
}

static int mount_with(const struct overlay *overlay, int upper, int work)
{
	int mount = mount_new(overlay, upper, work);

	return mount == 0 ? mount_old(overlay, upper, work) : mount;
}

static int open_and_mount(void *data)
{
	const struct overlay *overlay = data;
	autofd int upper = -1, work = -1;

	if (overlay->changes < 0)
		return mount_with(overlay, -1, -1);
	upper = openat(overlay->changes, "upper", DIRECTORY);
	work = openat(overlay->changes, "work", DIRECTORY);
	if (upper < 0 || work < 0)
		return fail("open the upper directory of an overlay");
	return mount_with(overlay, upper, work);
}

/*
 * overlayfs works on the upper directory with the ids and the rights of the process that has
 * mounted it. On an idmapped mount root of the host has no id, so the process takes that of the
 * container's root, and keeps its rights.
 */
static int mount_as_owner(void *data)
{
	const struct overlay *overlay = data;

	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
		return fail("prctl PR_SET_SECUREBITS");
	setfsgid(overlay->gid);
	setfsuid(overlay->uid);
	return open_and_mount(data);
}

int overlay_mount(const struct overlay *overlay)
{
	if (overlay->layer_count > OVERLAY_MOST)
		return fail_input("an image of %zu layers: the most are %d", overlay->layer_count,
				  OVERLAY_MOST);
	narrate("mount overlay: %zu layers%s", overlay->layer_count,
		overlay->changes < 0 ? "" : " below, the changes above");
	return overlay->uid ? helper_open(0, mount_as_owner, (void *)overlay)
			    : open_and_mount((void *)overlay);
}
