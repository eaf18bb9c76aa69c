#include "reach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "narrate.h"
#include "outside.h"
#include "running.h"
#include "setup.h"
#include "shifted.h"
#include "view.h"

/* ---- A container that runs ---- */

/* Until a new container has entered its own root, its process has the host's. */
static bool is_own_root(int root)
{
	struct statfs type;
	struct stat own, hosts;

	return fstatfs(root, &type) == 0 && type.f_type == OVERLAYFS_SUPER_MAGIC &&
		fstat(root, &own) == 0 && stat("/", &hosts) == 0 && !file_is_same(&own, &hosts);
}

static bool has_ended(int process)
{
	struct pollfd end = { .fd = process, .events = POLLIN };

	return poll(&end, 1, 0) != 0;
}

/* Returns the root; 0: the process has ended; or -1. */
static int open_root(int outside, int process, pid_t pid)
{
	static const struct timespec often = { .tv_nsec = 10000000 };

	while (!has_ended(process)) {
		autofd int root = outside_open_root(outside, pid);

		if (has_ended(process)) /* the number may belong to another process already */
			break;
		if (root < 0)
			return -1;
		if (is_own_root(root))
			return cleanup_take_fd(&root);
		nanosleep(&often, NULL);
	}
	fail_forget();
	return 0;
}

/* Returns the outside id of the id 0 in a map of /proc, or 0. */
static unsigned int root_of_map(pid_t pid, const char *map)
{
	char path[48];
	autofree char *text = NULL;
	unsigned int inside, outside;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, map);
	text = file_read(path);
	for (const char *line = text; line && *line;
	     line += strcspn(line, "\n"), line += *line != 0)
		if (sscanf(line, "%u %u", &inside, &outside) == 2 && inside == 0)
			return outside;
	return 0;
}

/*
 * The layers of a container with users of its own are idmapped mounts, in which the host's root has
 * no id: a new file needs another owner from the beginning.
 */
static int become_root_of(const struct reach *reach)
{
	if (!reach->uid && !reach->gid)
		return 0;
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
		return fail("prctl PR_SET_SECUREBITS");
	setfsgid(reach->gid);
	setfsuid(reach->uid);
	return 0;
}

int reach_begin(struct reach *reach)
{
	reach->outside = outside_begin();
	return reach->outside < 0 ? -1 : 0;
}

int reach_running(const struct record *record, struct reach *reach)
{
	pid_t pid;
	autofd int process = running_open(record, &pid);
	int root;

	if (process <= 0)
		return cleanup_take_fd(&process);
	root = open_root(reach->outside, process, pid);
	if (root <= 0)
		return root;
	reach->root = root;
	reach->uid = root_of_map(pid, "uid_map");
	reach->gid = root_of_map(pid, "gid_map");
	narrate("open /proc/%d/root, the container's files", pid);
	return become_root_of(reach) < 0 ? -1 : 1;
}

/* ---- A container that does not run ---- */

/* Fills the mounts of the record, so that no directory is made for a volume that has another. */
static int read_mounts(const struct record *record, struct rootfs *rootfs)
{
	const json_t *list = json_object_get(record->json, "Mounts");
	json_t *entry;
	size_t i;

	rootfs->mounts = calloc(json_array_size(list) + 1, sizeof(*rootfs->mounts));
	if (!rootfs->mounts)
		return fail("calloc");
	json_array_foreach(list, i, entry)
	{
		struct rootfs_mount mount = { 0 };
		int writable;

		if (json_unpack(entry, "{ss, ss, ss, sb}", "Type", &mount.type, "Source",
				&mount.source, "Destination", &mount.target, "RW", &writable) < 0)
			return fail_input("the record of the container %s is damaged: Mounts",
					  record->id);
		mount.type = strcmp(mount.type, "bind") == 0 ? NULL : mount.type;
		mount.attributes = writable ? 0 : MOUNT_ATTR_RDONLY;
		rootfs->mounts[rootfs->mount_count++] = mount;
	}
	return 0;
}

static bool has_binds(const struct rootfs *rootfs)
{
	for (size_t i = 0; i < rootfs->mount_count; i++)
		if (!rootfs->mounts[i].type)
			return true;
	return false;
}

static int attach_root(const struct record *record, struct reach *reach)
{
	autofd int container = -1;

	if (!record->store->userxattr && unshare(CLONE_NEWNS) < 0) /* or rootless.h has done it */
		return fail("unshare CLONE_NEWNS");
	if (mount_private() < 0)
		return -1;
	if (asprintf(&reach->mounted, "%s/containers/%s/merged", record->store->path, record->id) <
	    0) {
		reach->mounted = NULL;
		return fail("asprintf");
	}
	/* The store's descriptors are of the mount namespace before. */
	container = file_open_directory(reach->mounted);
	return container < 0 ? -1 : mount_attach(reach->root, container, "/", S_IFDIR);
}

static int attach_bind(const struct rootfs_mount *mount, int directory, bool is_writable, int root)
{
	autofd int tree = -1, place = file_open_in_root(root, mount->target, O_PATH);
	struct stat status;

	if (place < 0 && !is_writable)
		return 0; /* the container has never run */
	tree = bind_create(directory, mount->source);
	if (tree < 0)
		return -1;
	if (mount->attributes && bind_restrict(tree, mount->attributes, AT_RECURSIVE) < 0)
		return -1;
	if (fstat(tree, &status) < 0)
		return fail("fstat %s", mount->source);
	return mount_attach(tree, root, mount->target, status.st_mode & S_IFMT);
}

static int attach_all(const struct record *record, const struct rootfs *rootfs, bool is_writable,
		      struct reach *reach)
{
	autofd int directory = -1;

	if (attach_root(record, reach) < 0)
		return -1;
	/* The sources may be relative to where `run` was called. */
	directory = file_open_directory(record_text(record, "Cwd"));
	if (directory < 0)
		return -1;
	for (size_t i = 0; i < rootfs->mount_count; i++)
		if (!rootfs->mounts[i].type &&
		    attach_bind(&rootfs->mounts[i], directory, is_writable, reach->root) < 0)
			return -1;
	return 0;
}

int reach_ended(const struct record *record, const struct image *image, bool is_writable,
		struct reach *reach)
{
	static struct config config;
	const struct userns *users = shifted_users(record);

	if (read_mounts(record, &config.rootfs) < 0)
		return -1;
	if (is_writable) {
		if (setup_rootfs(record, image, &config) < 0)
			return -1;
		/* The mark of "volatile" would forbid the next mount. */
		config.overlay.is_brief = false;
		reach->root = overlay_mount(&config.overlay);
	} else {
		reach->root = view_open(record, image);
	}
	if (reach->root < 0)
		return -1;
	if (users) {
		reach->uid = userns_uid_outside(users, 0);
		reach->gid = userns_gid_outside(users, 0);
	}
	if (!has_binds(&config.rootfs))
		return 0;
	return attach_all(record, &config.rootfs, is_writable, reach);
}

/* The overlay has to be gone before another one is made of the same upper directory. */
void reach_end(struct reach *reach)
{
	if (reach->mounted)
		umount2(reach->mounted, MNT_DETACH | UMOUNT_NOFOLLOW);
	free(reach->mounted);
	reach->mounted = NULL;
	cleanup_fd(&reach->root);
	if (reach->outside > 0)
		close(reach->outside);
}
