#include "rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "dev.h"
#include "etc.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "narrate.h"

#define NOSUID MOUNT_ATTR_NOSUID
#define NODEV  MOUNT_ATTR_NODEV
#define NOEXEC MOUNT_ATTR_NOEXEC

/*
 * The second article's Mounts, in its order; /proc comes before them.
 *
 * TODO 8: the attributes of each: the names above, joined by |. All five get nosuid. All but /dev
 * get noexec. All but /dev and /dev/pts get nodev, for device nodes are to work in these two. /sys
 * is read-only as well (MOUNT_ATTR_RDONLY), and /dev has exact access times
 * (MOUNT_ATTR_STRICTATIME). mount(8) explains the words.
 */
static const struct rootfs_mount defaults[] = {
	{
		.type = "tmpfs",
		.target = "/dev",
		.attributes = 0 /* TODO 8 */,
		.options = "mode=755",
	},
	{
		.type = "devpts",
		.target = "/dev/pts",
		.attributes = 0 /* TODO 8 */,
		.options = "newinstance,ptmxmode=0666,mode=0620,gid=5",
	},
	{
		.type = "tmpfs",
		.target = "/dev/shm",
		.attributes = 0 /* TODO 8 */,
		.options = "mode=1777,size=65536k",
	},
	{
		.type = "mqueue",
		.target = "/dev/mqueue",
		.attributes = 0 /* TODO 8 */,
	},
	{
		.type = "sysfs",
		.target = "/sys",
		.attributes = 0 /* TODO 8 */,
	},
};

const struct rootfs_mount *rootfs_defaults(size_t *count)
{
	*count = sizeof(defaults) / sizeof(defaults[0]);
	return defaults;
}

int rootfs_close_callers(void)
{
	if (close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0)
		return fail("close_range");
	return 0;
}

/* Opens the directory that becomes "/". The directory that is "/" already is refused. */
static int open_path(const struct rootfs *rootfs)
{
	int fd = open(rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail("open rootfs %s", rootfs->path);
	if (file_is_at(fd, AT_FDCWD, "/")) {
		close(fd);
		return fail_input("--rootfs %s: is the root that we have already", rootfs->path);
	}
	return fd;
}

static int open_sources(struct rootfs *rootfs)
{
	for (size_t i = 0; i < rootfs->mount_count; i++) {
		struct rootfs_mount *wanted = &rootfs->mounts[i];

		if (wanted->type)
			continue;
		wanted->opened = bind_create(AT_FDCWD, wanted->source);
		if (wanted->opened < 0)
			return -1;
	}
	return 0;
}

/*
 * Attaches the new root on a tmpfs that covers the directory `place` in this namespace, and is
 * unmounted with the old root. pivot_root(2) needs a mount point, and the container's files for
 * /etc need a file system that nobody shares: the tmpfs is both.
 */
static int attach_root(const struct rootfs *rootfs, int root, int place)
{
	/*
	 * TODO 6: make a tmpfs with the option "mode=700" and no attributes (mount_create() of
	 * mount.h), and attach it to the directory `place` itself: mount_attach() with the path
	 * "/", which is looked up below `place`. Then attach `root`,
	 * the mount of TODO 7, to "/rootfs" in the tmpfs. etc_bind(), with rootfs->etc, puts the
	 * container's files of /etc on the tmpfs: etc.h.
	 */
	(void)rootfs;
	(void)root;
	(void)place;
	return 0;
}

int rootfs_clone(struct rootfs *rootfs)
{
	autofd int directory = open_path(rootfs);

	if (directory < 0)
		return -1;
	if (open_sources(rootfs) < 0)
		return -1;
	/*
	 * TODO 7: `tree` is to be a bind mount of rootfs->path, attached nowhere: TODO 1's
	 * function, in the place of the two lines below. autofd closes `directory`, which was
	 * opened for the check. Until then the directory itself is the root.
	 */
	rootfs->tree = directory;
	directory = -1;
	return rootfs->tree < 0 ? -1 : 0;
}

int rootfs_open(struct rootfs *rootfs)
{
	autofd int place = -1;

	umask(022);
	/* Open the sources before the directory is covered: a source may be in it, or above it. */
	if (rootfs_clone(rootfs) < 0)
		return -1;
	place = file_open_directory(rootfs->path);
	if (place < 0)
		return -1;
	if (attach_root(rootfs, rootfs->tree, place) < 0) {
		close(rootfs->tree);
		return -1;
	}
	return rootfs->tree;
}

static int mount_new(const struct rootfs_mount *wanted, int root)
{
	autofd int mount = mount_create(wanted->type, wanted->attributes, wanted->options);

	return mount < 0 ? -1 : mount_attach(mount, root, wanted->target, S_IFDIR);
}

static int mount_bind(const struct rootfs_mount *wanted, int root)
{
	autofd int mount = wanted->opened;
	struct stat status;

	if (wanted->attributes && bind_restrict(mount, wanted->attributes, AT_RECURSIVE) < 0)
		return -1;
	if (fstat(mount, &status) < 0)
		return fail("fstat %s", wanted->source);
	return mount_attach(mount, root, wanted->target,
			    S_ISDIR(status.st_mode) ? S_IFDIR : S_IFREG);
}

static int mount_all(const struct rootfs_mount *mounts, size_t count, int root)
{
	for (size_t i = 0; i < count; i++) {
		const struct rootfs_mount *wanted = &mounts[i];

		if ((wanted->type ? mount_new(wanted, root) : mount_bind(wanted, root)) < 0)
			return -1;
	}
	return 0;
}

int rootfs_populate(const struct rootfs *rootfs, int root)
{
	size_t count;
	const struct rootfs_mount *first = rootfs_defaults(&count);

	if (mount_all(first, count, root) < 0)
		return -1;
	if (dev_populate(root) < 0)
		return -1;
	return mount_all(rootfs->mounts, rootfs->mount_count, root);
}

/*
 * Exchanges the roots. Both the new root and the place for the old one are ".", so the kernel
 * stacks the old root over the new one, and umount2(".") unmounts the old root, which needs no
 * directory.
 */
static int pivot(void)
{
	/*
	 * TODO 9: exchange them: pivot_root(2), "pivot_root(".", ".")"; libc has no function for
	 * it, see syscall(2). Then take the old root away, with all that is mounted below it,
	 * although it is in use: umount2(2). Narrate "pivot_root . ." and "umount2 . MNT_DETACH";
	 * failures begin with the call's name. Until then a chroot stands here, which does not hold
	 * root.
	 */
	return chroot(".") < 0 ? fail("chroot") : 0;
}

int rootfs_enter(const struct rootfs *rootfs, int root)
{
	/* TODO 10: if it is wanted, make the new root read-only, but nothing that is below it. */
	if (fchdir(root) < 0)
		return fail("fchdir to the new root");
	if (rootfs->chroot) {
		narrate("chroot .");
		if (chroot(".") < 0)
			return fail("chroot");
	} else if (pivot() < 0) {
		return -1;
	}
	if (chdir("/") < 0)
		return fail("chdir /");
	return 0;
}
