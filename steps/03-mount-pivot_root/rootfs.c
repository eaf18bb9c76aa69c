#include "rootfs.h"

#include <errno.h>
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

/* The second article's Mounts, with its flags and in its order; /proc comes before them. */
static const struct rootfs_mount defaults[] = {
	{ "tmpfs", NULL, "/dev", NOSUID | MOUNT_ATTR_STRICTATIME, "mode=755" },
	{ "devpts", NULL, "/dev/pts", NOSUID | NOEXEC,
	  "newinstance,ptmxmode=0666,mode=0620,gid=5" },
	{ "tmpfs", NULL, "/dev/shm", NOSUID | NODEV | NOEXEC, "mode=1777,size=65536k" },
	{ "mqueue", NULL, "/dev/mqueue", NOSUID | NODEV | NOEXEC, NULL },
	{ "sysfs", NULL, "/sys", NOSUID | NODEV | NOEXEC | MOUNT_ATTR_RDONLY, NULL },
};

/* Opens the directory that becomes "/", which it must not be already. */
static int open_path(const struct rootfs *rootfs)
{
	struct stat ours, theirs;
	int fd = open(rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail("open rootfs %s", rootfs->path);
	if (fstat(fd, &theirs) == 0 && stat("/", &ours) == 0 && ours.st_ino == theirs.st_ino &&
	    ours.st_dev == theirs.st_dev) {
		close(fd);
		return fail_input("--rootfs %s: is the root that we have already", rootfs->path);
	}
	return fd;
}

int rootfs_open(const struct rootfs *rootfs)
{
	autofd int place = open_path(rootfs);
	autofd int root = place < 0 ? -1 : bind_create(AT_FDCWD, rootfs->path);
	/*
	 * pivot_root wants a mount point, and /etc wants files of its own: both are on a tmpfs,
	 * which covers the directory in this namespace and goes away with the old root.
	 */
	autofd int private = root < 0 ? -1 : mount_create("tmpfs", 0, "mode=700");
	int result = root;

	if (private < 0 || mount_attach(private, place, "/", S_IFDIR) < 0 ||
	    mount_attach(root, private, "/rootfs", S_IFDIR) < 0 ||
	    etc_bind(&rootfs->etc, private, root) < 0)
		return -1;
	root = -1;
	return result;
}

static int mount_one(const struct rootfs_mount *wanted, int root)
{
	mode_t type = S_IFDIR;
	struct stat source;
	autofd int mount = -1;

	if (wanted->type) {
		mount = mount_create(wanted->type, wanted->attributes, wanted->options);
	} else {
		mount = bind_create(AT_FDCWD, wanted->source);
		if (mount >= 0 && wanted->attributes &&
		    bind_restrict(mount, wanted->attributes, AT_RECURSIVE) < 0)
			return -1;
		if (mount >= 0 && fstat(mount, &source) == 0 && !S_ISDIR(source.st_mode))
			type = S_IFREG;
	}
	return mount < 0 ? -1 : mount_attach(mount, root, wanted->target, type);
}

int rootfs_populate(const struct rootfs *rootfs, int root)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (mount_one(&defaults[i], root) < 0)
			return -1;
	if (dev_populate(root) < 0)
		return -1;
	for (size_t i = 0; i < rootfs->mount_count; i++)
		if (mount_one(&rootfs->mounts[i], root) < 0)
			return -1;
	return 0;
}

/*
 * Exchanges the roots. The new root is "." and so is the place for the old one: the old root then
 * lies over the new one, and unmounting "." takes it away. No directory for it is needed.
 */
static int pivot(void)
{
	narrate("pivot_root . .");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return fail("pivot_root");
	narrate("umount2 . MNT_DETACH");
	if (umount2(".", MNT_DETACH) < 0)
		return fail("umount2 of the old root");
	return 0;
}

int rootfs_enter(const struct rootfs *rootfs, int root)
{
	if (rootfs->read_only && bind_restrict(root, MOUNT_ATTR_RDONLY, 0) < 0)
		return -1;
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
	/* A descriptor that our caller left open could lead back. */
	if (close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) < 0)
		return fail("close_range");
	return 0;
}
