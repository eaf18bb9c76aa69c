#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "narrate.h"
#include "preserve_fds.h"

/* ---- Making ---- */

int root_leave_peers(void)
{
	narrate("mount / MS_REC|MS_SLAVE");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail("mount / MS_REC|MS_SLAVE");
	return 0;
}

/* Propagation is a property of each mount, not of the mount namespace. */
static int change_propagation(int tree, uint64_t propagation, unsigned int flags)
{
	struct mount_attr change = { .propagation = propagation };

	if (mount_setattr(tree, "", AT_EMPTY_PATH | flags, &change, sizeof(change)) < 0)
		return fail("mount_setattr to change the propagation of the root");
	return 0;
}

/*
 * New mounts in the root file system must not appear on the host. New mounts of the host below it
 * appear inside if they are below one of its submounts; if the root is to be a slave, everywhere.
 * The root becomes shared only after it was entered, since pivot_root(2) refuses a shared one.
 */
static int make_slave(int tree, uint64_t wanted)
{
	uint64_t word = wanted & ~(uint64_t)MS_REC;

	if (wanted == (MS_PRIVATE | MS_REC))
		return change_propagation(tree, MS_PRIVATE, AT_RECURSIVE);
	if (change_propagation(tree, MS_SLAVE, AT_RECURSIVE) < 0)
		return -1;
	if (wanted & MS_REC && word != MS_UNBINDABLE &&
	    change_propagation(tree, word, AT_RECURSIVE) < 0)
		return -1;
	return word == MS_SLAVE ? 0 : change_propagation(tree, MS_PRIVATE, 0);
}

void root_choose_propagation(struct mounts *mounts, uint64_t propagation)
{
	uint64_t word = propagation & ~(uint64_t)MS_REC;

	mounts->peers = word == MS_SHARED;
	mounts->propagation = propagation & MS_REC && word != MS_UNBINDABLE ? word : 0;
}

int root_clone(struct rootfs *rootfs, uint64_t propagation, uint64_t set)
{
	if (preserve_fds_check("root.path", rootfs->path) < 0)
		return -1;
	if (rootfs->tree <= 0 && rootfs_clone(rootfs) < 0)
		return -1;
	if ((!set || bind_restrict(rootfs->tree, set, AT_RECURSIVE) == 0) &&
	    make_slave(rootfs->tree, propagation) == 0)
		return 0;
	cleanup_fd(&rootfs->tree);
	return -1;
}

/* ---- Attaching and entering ---- */

/*
 * Unmounts `path`. A mount that came from another user namespace can only be covered. Returns 0 or
 * -1.
 */
static int hide(const char *path)
{
	autofd int place = -1, cover = -1;

	narrate("umount2 %s MNT_DETACH", path);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno == ENOENT) /* it was in a mount that has gone already */
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return fail("umount2 %s", path);
	place = file_open_directory(path);
	cover = place < 0 ? -1 : mount_create("tmpfs", MOUNT_ATTR_RDONLY, NULL);
	return cover < 0 ? -1 : mount_attach(cover, place, "/", S_IFDIR);
}

/*
 * Without pivot_root(2), the host's mounts stay in the mount namespace, though out of reach. As
 * long as a /proc or a /sys without masks is among them, the kernel lets a new user namespace mount
 * another one, and everybody can read there what is masked in the container.
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

static bool has_texts(const struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->list[i].text)
			return true;
	return false;
}

/*
 * The kernel does not clone a mount that is attached nowhere, so the files need a place. The root
 * will cover it.
 */
static int attach_files(struct mounts *mounts, int place)
{
	if (mounts->files <= 0)
		mounts->files = mount_create("tmpfs", 0, "mode=700");
	return mounts->files < 0 ? -1 : mount_attach(mounts->files, place, "/", S_IFDIR);
}

int root_attach(struct rootfs *rootfs, struct mounts *mounts)
{
	autofd int place = preserve_fds_open(rootfs->path);
	bool is_out_of_reach = place < 0 && (errno == EACCES || errno == ELOOP);

	if (place < 0 && !is_out_of_reach)
		return fail("openat2 %s", rootfs->path);
	if (rootfs->chroot && hide_host() < 0)
		return -1;
	if (is_out_of_reach)
		place = file_open_directory("/proc"); /* what hide_host() has left of it */
	if (place < 0)
		return -1;
	umask(022);
	if ((has_texts(mounts) || mounts->files > 0) && attach_files(mounts, place) < 0)
		return -1;
	if (mount_attach(rootfs->tree, mounts->files > 0 ? mounts->files : place, "/", S_IFDIR) < 0)
		return -1;
	return rootfs->tree;
}

/* A process may make a user namespace only if its root is "/", the root of its mount namespace. */
int root_move(const struct rootfs *rootfs, int root)
{
	if (!rootfs->chroot)
		return 0;
	narrate("move_mount the new root to /");
	if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fail("move_mount the new root to /");
	return 0;
}

/*
 * An unbindable mount cannot be bind mounted. So if all mounts are to be unbindable, they become it
 * last.
 */
int root_propagate(uint64_t propagation)
{
	uint64_t word = propagation & ~(uint64_t)MS_REC;
	uint64_t flags = word == MS_UNBINDABLE ? propagation : word;

	if (!flags || flags == MS_PRIVATE) /* as it is now */
		return 0;
	narrate("mount / propagation %#jx", (uintmax_t)flags);
	return mount(NULL, "/", NULL, flags, NULL) < 0 ? fail("mount / to change its propagation")
						       : 0;
}
