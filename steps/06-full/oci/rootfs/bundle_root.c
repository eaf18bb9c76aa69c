#include "bundle_root.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "narrate.h"
#include "preserve_fds.h"

/* Takes a mount away; one that came from another user namespace can be covered alone. */
static int hide(const char *path)
{
	autofd int place = -1, cover = -1;

	narrate("umount2 %s MNT_DETACH", path);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return fail("umount2 %s", path);
	place = file_open_directory(path);
	cover = place < 0 ? -1 : mount_create("tmpfs", MOUNT_ATTR_RDONLY, NULL);
	return cover < 0 ? -1 : mount_attach(cover, place, "/", S_IFDIR);
}

/*
 * Without pivot_root(2), the host's mounts stay in the namespace, though out of reach. As long as
 * there is a /proc or a /sys among them that hides nothing, the kernel lets a new user namespace
 * mount another one, and what is masked in the container is there for all to see.
 */
static int hide_host(void)
{
	autofree char *text = file_read("/proc/self/mounts");
	autofile FILE *mounts = text ? fmemopen(text, strlen(text), "r") : NULL;

	if (!mounts)
		return fail("read /proc/self/mounts");
	for (const struct mntent *mount; (mount = getmntent(mounts));)
		if ((strcmp(mount->mnt_type, "proc") == 0 ||
		     strcmp(mount->mnt_type, "sysfs") == 0) &&
		    hide(mount->mnt_dir) < 0)
			return -1;
	return 0;
}

int bundle_root_attach(struct rootfs *rootfs)
{
	autofd int place = preserve_fds_open(rootfs->path);

	if (rootfs->chroot && hide_host() < 0)
		return -1;
	if (place < 0 && (errno == EACCES || errno == ELOOP))
		return rootfs_open(rootfs);
	if (place < 0)
		return fail("open root.path %s", rootfs->path);
	umask(022);
	if (mount_attach(rootfs->tree, place, "/", S_IFDIR) < 0)
		return -1;
	return rootfs->tree;
}

int bundle_root_enter(const struct rootfs *rootfs, int root)
{
	/* Over "/", where a mount namespace has its root: only from there, a process may make a
	 * user namespace. */
	if (rootfs->chroot) {
		narrate("move_mount the new root to /");
		if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return fail("move_mount the new root to /");
	}
	return rootfs_enter(rootfs, root);
}
