#include "masked_paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "lsm.h"
#include "mount.h"
#include "narrate.h"
#include "place.h"

/*
 * The first two are the second article's. The others were found later to show too much: by counting
 * and measuring with /proc/interrupts, powercap and thermal_throttle, a container can guess a
 * neighbour's keys.
 */
static const char *const masked[] = {
	"/proc/kcore",	       "/sys/firmware",	    "/proc/acpi",
	"/proc/asound",	       "/proc/interrupts",  "/proc/keys",
	"/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
	"/proc/timer_list",    "/proc/timer_stats", "/sys/devices/virtual/powercap",
};
static const char processor_directory[] = "/sys/devices/system/cpu";

/* The second article's paths, and /proc/fs. */
static const char *const read_only[] = {
	"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs",
};

static int add(const char ***list, size_t *count, const char *path)
{
	const char **grown = reallocarray(*list, *count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	*list = grown;
	grown[(*count)++] = path;
	return 0;
}

static int is_processor(const struct dirent *entry)
{
	const char *number = entry->d_name + strlen("cpu");

	return strncmp(entry->d_name, "cpu", strlen("cpu")) == 0 && *number &&
		!number[strspn(number, "0123456789")];
}

/*
 * Adds one path for each processor. The path need not exist. The numbers of the processors can have
 * gaps. Returns 0 or -1.
 */
static int add_thermal_throttle(struct masked_paths *paths)
{
	struct dirent **processors;
	int count = scandir(processor_directory, &processors, is_processor, versionsort);
	int result = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : fail("open %s", processor_directory);
	for (int i = 0; i < count; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/%s/thermal_throttle", processor_directory,
			     processors[i]->d_name) < 0)
			result = fail("asprintf");
		else if (add(&paths->masked, &paths->masked_count, path) < 0)
			result = -1;
		free(processors[i]);
	}
	free(processors);
	return result;
}

int masked_paths_default(struct masked_paths *paths)
{
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		if (add(&paths->masked, &paths->masked_count, masked[i]) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
		if (add(&paths->read_only, &paths->read_only_count, read_only[i]) < 0)
			return -1;
	return add_thermal_throttle(paths);
}

int masked_paths_privileged(struct masked_paths *paths)
{
	return add(&paths->writable, &paths->writable_count, "/sys");
}

/* The empty file system that masks directories: one for all of them. */
struct empty {
	int mount;
	dev_t device;
	bool is_attached;
};

/* A place below the new root that is open. */
struct place {
	bool is_mount; /* the root of a mount */
	bool is_root;  /* the new root itself */
	bool is_directory, is_null;
	dev_t device; /* of the file system */
};

static int describe(int root, int fd, const char *path, struct place *place)
{
	struct statx status;
	int is_root;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE, &status) < 0)
		return fail("statx %s", path);
	place->is_mount = status.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	/* The new root is the root of a mount, too. */
	is_root = place->is_mount ? place_is_root(root, fd) : 0;
	if (is_root < 0)
		return -1;
	place->is_root = is_root;
	place->is_directory = S_ISDIR(status.stx_mode);
	place->is_null = S_ISCHR(status.stx_mode) &&
		makedev(status.stx_rdev_major, status.stx_rdev_minor) == makedev(1, 3);
	place->device = makedev(status.stx_dev_major, status.stx_dev_minor);
	return 0;
}

/* Copies the mount at the place that is open, also if `path` leads elsewhere by now. */
static int copy_mount(int place, const char *path)
{
	/*
	 * TODO 6: make a copy of what the descriptor itself is, with all that is mounted below it,
	 * attached nowhere: open_tree(2) with an empty path, see the table in chapter 2. When it
	 * fails: fail("open_tree PATH").
	 */
	(void)place;
	return fail_input("open_tree %s: not written yet (TODO 6)", path);
}

static int attach(int mount, int place, const char *path)
{
	const unsigned int flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;

	if (move_mount(mount, "", place, "", flags) < 0)
		return fail("move_mount %s", path);
	return 0;
}

/* Opens a path below the new root. Returns a descriptor, -1, or -2 when it does not exist. */
static int open_place(int root, const char *path)
{
	int place = file_open_in_root(root, path, O_PATH);

	if (place >= 0)
		return place;
	if (errno == ENOENT || errno == ENOTDIR)
		return -2;
	return fail("openat2 %s in the root file system", path);
}

/*
 * Opens /dev/null below the new root, and then checks what was opened: the name may lead to another
 * file, which would be shown in the masked place (CVE-2025-31133).
 */
static int open_null(int root)
{
	int null = file_open_in_root(root, "/dev/null", O_PATH | O_NOFOLLOW);

	/*
	 * TODO 7: is it the device 1:3? fstat(2). If not, nobody may get the descriptor: close it,
	 * and fail_input(); chapter 6 has the words.
	 */
	return null < 0 ? fail("openat2 /dev/null in the root file system") : null;
}

static int mask_directory(int place, const char *path, struct empty *empty)
{
	/*
	 * TODO 8: the first time, attach empty->mount itself to the place, and remember that. Later
	 * attach a copy of it: a mount that is attached can be copied; before Linux 6.15 no other
	 * can.
	 */
	(void)place;
	(void)path;
	(void)empty;
	return 0;
}

static int mask_file(int place, const char *path, int null)
{
	autofd int copy = copy_mount(null, path);

	return copy < 0 ? -1 : attach(copy, place, path);
}

/* Does nothing if the path is masked already: a path can be in the list twice, or by two names. */
static int mask(int root, const char *path, struct empty *empty, int null)
{
	autofd int fd = open_place(root, path);
	struct place place = { 0 };

	if (fd == -2)
		return 0;
	if (fd < 0 || describe(root, fd, path, &place) < 0)
		return -1;
	if (place.is_root)
		return fail_input("masked path %s: is the root, which cannot be masked", path);
	if (place.is_directory ? place.device == empty->device : place.is_null)
		return 0;
	narrate("mask %s", path);
	return place.is_directory ? mask_directory(fd, path, empty) : mask_file(fd, path, null);
}

static int mask_all(const struct masked_paths *paths, int root)
{
	const uint64_t attributes =
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	autofree char *options = lsm_mount_options("mode=755,nr_inodes=1", paths->label);
	autofd int null = open_null(root);
	autofd int tmpfs = -1;
	struct empty empty = { 0 };
	struct stat status;

	if (null < 0 || !options)
		return -1;
	tmpfs = mount_create("tmpfs", attributes, options);
	if (tmpfs < 0)
		return -1;
	if (fstat(tmpfs, &status) < 0)
		return fail("fstat of a tmpfs");
	empty.mount = tmpfs;
	empty.device = status.st_dev;
	for (size_t i = 0; i < paths->masked_count; i++)
		if (mask(root, paths->masked[i], &empty, null) < 0)
			return -1;
	return 0;
}

/* Covers the place with a read-only copy of itself and of all mounts below it. */
static int cover_read_only(int place, const char *path)
{
	/* TODO 9: put a copy over the place that is read-only, with all that is below: bind.h. */
	(void)place;
	(void)path;
	return 0;
}

/*
 * If the place is a mount already, changes that mount and all below it. A new mount over the root
 * itself would have no effect, since the process stays in the root below it. So the root is changed
 * as well, without the mounts below, as with root.readonly: /dev and volumes are mounts of their
 * own.
 */
static int make_read_only(int root, const char *path)
{
	autofd int fd = open_place(root, path);
	struct place place = { 0 };

	if (fd == -2)
		return 0;
	if (fd < 0 || describe(root, fd, path, &place) < 0)
		return -1;
	narrate("read-only %s", path);
	if (!place.is_mount)
		return cover_read_only(fd, path);
	return bind_restrict(fd, MOUNT_ATTR_RDONLY, place.is_root ? 0 : AT_RECURSIVE);
}

static int make_writable(int root, const char *path)
{
	struct mount_attr change = { .attr_clr = MOUNT_ATTR_RDONLY };
	autofd int place = open_place(root, path);

	if (place == -2)
		return 0;
	if (place < 0)
		return -1;
	narrate("mount_setattr %s writable", path);
	if (mount_setattr(place, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof(change)) < 0)
		return fail("mount_setattr %s", path);
	return 0;
}

int masked_paths_cover(const struct masked_paths *paths, int root)
{
	for (size_t i = 0; i < paths->writable_count; i++)
		if (make_writable(root, paths->writable[i]) < 0)
			return -1;
	for (size_t i = 0; i < paths->read_only_count; i++)
		if (make_read_only(root, paths->read_only[i]) < 0)
			return -1;
	return paths->masked_count > 0 ? mask_all(paths, root) : 0;
}
