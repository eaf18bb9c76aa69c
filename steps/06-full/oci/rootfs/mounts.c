#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "tmpcopyup.h"
#include "fail.h"
#include "file.h"
#include "lsm.h"
#include "mount.h"
#include "mounts_cgroup.h"
#include "narrate.h"
#include "place.h"
#include "preserve_fds.h"

/* `place` is the open source, or AT_FDCWD: the source is not open yet. */
static int open_source(const struct mounts_entry *entry, int place)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	bool is_open = place != AT_FDCWD;
	int tree;

	flags |= (entry->with_below ? AT_RECURSIVE : 0) | (is_open ? AT_EMPTY_PATH : 0);
	narrate("open_tree %s", entry->mount.source);
	tree = open_tree(place, is_open ? "" : entry->mount.source, flags);
	return tree < 0 ? fail("open_tree %s", entry->mount.source) : tree;
}

static bool is_shared(const struct mounts_entry *entry)
{
	return entry->propagation == MS_SHARED || entry->propagation_below == MS_SHARED;
}

/* ---- On the host ---- */

/*
 * True if the path leads through a magic link in /proc, such as /proc/self/fd/7. The link leads to
 * a mount of the host's mount namespace, which cannot be bind mounted in another one; and in the
 * container the descriptor could be another one.
 */
static bool has_magic_link(const char *path)
{
	autofd int place = preserve_fds_open(path);

	return place < 0 && errno == ELOOP;
}

static bool is_for_host(const struct mounts *mounts, const struct mounts_entry *entry)
{
	return mounts->on_host || mounts->sources_first || entry->map ||
		(mounts->peers && is_shared(entry)) || has_magic_link(entry->mount.source);
}

int mounts_open(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct mounts_entry *entry = &mounts->list[i];

		if (!entry->bind || entry->remount || entry->mount.opened >= 0 ||
		    !is_for_host(mounts, entry))
			continue;
		if (preserve_fds_check("mounts: source", entry->mount.source) < 0)
			return -1;
		entry->mount.opened = open_source(entry, AT_FDCWD);
		if (entry->mount.opened >= 0)
			continue;
		/* Perhaps an earlier mount makes the source, and the container may look it up. */
		if (errno != ENOENT || entry->map)
			return -1;
		fail_forget();
	}
	return 0;
}

/* ---- In the container ---- */

static int change(const struct mounts_entry *entry, int mount, const struct mounts_change *wanted,
		  uint64_t propagation, unsigned int flags)
{
	struct mount_attr attributes = {
		.attr_set = wanted->set,
		.attr_clr = wanted->clear,
		.propagation = propagation,
	};

	if (!wanted->set && !wanted->clear && !propagation)
		return 0;
	narrate("mount_setattr %s", entry->mount.target);
	if (mount_setattr(mount, "", AT_EMPTY_PATH | flags, &attributes, sizeof(attributes)) < 0)
		return fail("mount_setattr %s", entry->mount.target);
	return 0;
}

/* First the attributes for all mounts below; then those for this mount alone, which may differ. */
static int change_attributes(const struct mounts_entry *entry, int mount)
{
	const struct mounts_change all = { entry->mount.attributes, entry->cleared_below };

	if (change(entry, mount, &all, 0, AT_RECURSIVE) < 0)
		return -1;
	return change(entry, mount, &entry->one, 0, 0);
}

/* `usual` is the propagation of a new mount without an option for it. */
static int change_propagation(const struct mounts_entry *entry, int mount, uint64_t usual)
{
	const struct mounts_change nothing = { 0 };
	bool has_word = entry->propagation || entry->propagation_below;

	if (change(entry, mount, &nothing, has_word ? entry->propagation_below : usual,
		   AT_RECURSIVE) < 0)
		return -1;
	return change(entry, mount, &nothing, entry->propagation, 0);
}

/*
 * The descriptor `root` would stay below a new mount over the root. So it is changed to refer to
 * the new mount.
 */
static int attach_at(const struct mounts_entry *entry, int mount, int root, mode_t type)
{
	autofd int place = file_make_in_root(root, entry->mount.target, type);
	int is_root = place < 0 ? -1 : place_is_root(root, place);

	if (is_root < 0)
		return -1;
	narrate("move_mount %s", entry->mount.target);
	if (move_mount(mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fail("move_mount %s", entry->mount.target);
	if (is_root && dup3(mount, root, O_CLOEXEC) < 0)
		return fail("dup3 of the new root");
	return 0;
}

static int open_in_turn(const struct mounts_entry *entry)
{
	autofd int place = preserve_fds_open(entry->mount.source);

	return place < 0 ? fail("open_tree %s", entry->mount.source) : open_source(entry, place);
}

/*
 * New mounts inside must not appear on the host. So each mount becomes a slave of the host's mount,
 * and a mount that is to be shared begins a peer group of its own. Only if the root is shared as
 * well, such a mount stays in the host's peer group.
 */
static int attach_bind(struct mounts_entry *entry, const struct mounts *mounts, int root)
{
	const struct mounts_change nothing = { 0 };
	autofd int mount = cleanup_take_fd(&entry->mount.opened);
	struct stat status;

	if (mount < 0)
		mount = open_in_turn(entry);
	if (mount < 0)
		return -1;
	if (!(mounts->peers && is_shared(entry)) &&
	    change(entry, mount, &nothing, MS_SLAVE, AT_RECURSIVE) < 0)
		return -1;
	if (change_attributes(entry, mount) < 0)
		return -1;
	if (fstat(mount, &status) < 0)
		return fail("fstat %s", entry->mount.source);
	if (attach_at(entry, mount, root, S_ISDIR(status.st_mode) ? S_IFDIR : S_IFREG) < 0)
		return -1;
	return change_propagation(entry, mount, mounts->propagation);
}

/*
 * The file's name in the directory of the texts is the index of its entry: no other text has the
 * same.
 */
static int attach_text(const struct mounts_entry *entry, const struct mounts *mounts, int root)
{
	autofd int mount = -1;
	char name[32];

	snprintf(name, sizeof(name), "%td", entry - mounts->list);
	if (file_write(mounts->files, name, entry->text) < 0)
		return -1;
	narrate("open_tree the text for %s", entry->mount.target);
	mount = open_tree(mounts->files, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (mount < 0)
		return fail("open_tree the text for %s", entry->mount.target);
	return attach_at(entry, mount, root, S_IFREG);
}

/*
 * Returns the mode of the directory that a tmpfs covers. The tmpfs gets this mode if no other is
 * asked for: otherwise everybody could write to it. -1: the file system's own mode.
 */
static int find_mode(const struct mounts_entry *entry, int root)
{
	autofd int place = -1;
	struct stat status;

	if (strcmp(entry->mount.type, "tmpfs") != 0 ||
	    (entry->mount.options && strstr(entry->mount.options, "mode=")))
		return -1;
	place = file_open_in_root(root, entry->mount.target, O_PATH | O_DIRECTORY);
	return place < 0 || fstat(place, &status) < 0 ? -1 : (int)(status.st_mode & 07777);
}

/*
 * Returns the options as mount_create() wants them, "source=shm,size=64m"; the caller frees them.
 */
static char *complete_options(const struct mounts_entry *entry, int root)
{
	const char *source = entry->mount.source && *entry->mount.source ? entry->mount.source
									 : entry->mount.type;
	const char *quote = strchr(source, ',') ? "\"" : "";
	const char *options = entry->mount.options ? entry->mount.options : "";
	int mode = find_mode(entry, root);
	char octal[16] = "", *complete;

	if (mode >= 0)
		snprintf(octal, sizeof(octal), ",mode=%o", (unsigned int)mode);
	if (asprintf(&complete, "source=%s%s%s%s%s%s", quote, source, quote, *options ? "," : "",
		     options, octal) < 0) {
		fail("asprintf");
		return NULL;
	}
	return complete;
}

/*
 * Only root of the network namespace may mount its sysfs. Others get a bind mount of the host's
 * /sys, with the attributes of the entry for all that is mounted below it.
 */
static int attach_sys(const struct mounts_entry *entry, const struct mounts *mounts, int root)
{
	autofd int mount = -1;

	fail_forget();
	mount = bind_create(AT_FDCWD, "/sys");
	if (mount < 0 || bind_restrict(mount, mounts_attributes(entry), AT_RECURSIVE) < 0)
		return -1;
	if (attach_at(entry, mount, root, S_IFDIR) < 0)
		return -1;
	return change_propagation(entry, mount, mounts->propagation);
}

/*
 * Makes a file system with `label` for all files that are in it and will be. The kernel accepts no
 * label for proc and sysfs. If it accepts none for mqueue, the label is set on its directory.
 * Returns a descriptor or -1.
 */
static int create(const struct mounts_entry *entry, uint64_t attributes, const char *label,
		  int root)
{
	autofree char *plain = complete_options(entry, root);
	autofree char *options = plain ? lsm_mount_options(plain, label) : NULL;
	autofd int mount = -1;

	if (!options)
		return -1;
	if (strcmp(entry->mount.type, "proc") == 0 || strcmp(entry->mount.type, "sysfs") == 0)
		return mount_create(entry->mount.type, attributes, plain);
	mount = mount_create(entry->mount.type, attributes, options);
	if (mount < 0 && label && strcmp(entry->mount.type, "mqueue") == 0) {
		fail_forget();
		mount = mount_create(entry->mount.type, attributes, plain);
		if (mount >= 0 && lsm_set_mount(mount, label) < 0)
			return -1;
	}
	return cleanup_take_fd(&mount);
}

enum { TARGET_MISSING = -2 };

/* Opens the target of an entry. Returns a descriptor, TARGET_MISSING, or -1. */
static int open_target(const struct mounts_entry *entry, int root, int flags)
{
	int place = file_open_in_root(root, entry->mount.target, O_PATH | flags);

	if (place >= 0)
		return place;
	return errno == ENOENT ? TARGET_MISSING
			       : fail("openat2 %s in the root file system", entry->mount.target);
}

/*
 * The author of the root file system could make /proc a link: the procfs would be mounted
 * elsewhere, and the masks on /proc would hide nothing (CVE-2019-19921).
 */
static int refuse_link(const struct mounts_entry *entry, int root)
{
	autofd int place = -1;
	struct stat status;

	if (strcmp(entry->mount.type, "proc") != 0 && strcmp(entry->mount.type, "sysfs") != 0)
		return 0;
	place = open_target(entry, root, O_NOFOLLOW);
	if (place < 0)
		return place == TARGET_MISSING ? 0 : -1;
	if (fstat(place, &status) < 0)
		return fail("fstat %s in the root file system", entry->mount.target);
	if (!S_ISLNK(status.st_mode))
		return 0;
	return fail_input("mounts: filesystem \"%s\" must be mounted on ordinary directory, not "
			  "on the link %s",
			  entry->mount.type, entry->mount.target);
}

int mounts_create_proc(const struct mounts_entry *entry)
{
	autofree char *options = complete_options(entry, -1);

	return options ? mount_create("proc", mounts_attributes(entry), options) : -1;
}

bool mounts_is_new(const struct mounts_entry *entry, const char *type)
{
	return !entry->bind && !entry->remount && entry->mount.type &&
		strcmp(entry->mount.type, type) == 0;
}

bool mounts_is_late(const struct mounts_entry *entry)
{
	return mounts_is_new(entry, "tmpfs") && mounts_attributes(entry) & MOUNT_ATTR_RDONLY;
}

/* The propagation to give to a new file system, which is private unless its place is shared. */
static uint64_t usual_of_new(const struct mounts *mounts)
{
	if (mounts->propagation != MS_PRIVATE)
		return mounts->propagation;
	for (size_t i = 0; i < mounts->count; i++)
		if (is_shared(&mounts->list[i]))
			return MS_PRIVATE;
	return 0;
}

static int attach_new(struct mounts_entry *entry, const struct mounts *mounts, int root)
{
	uint64_t attributes = mounts_attributes(entry);
	bool late = mounts_is_late(entry);
	autofd int mount = cleanup_take_fd(&entry->mount.opened);

	if (refuse_link(entry, root) < 0)
		return -1;
	if (mount < 0)
		mount = create(entry, late ? attributes & ~(uint64_t)MOUNT_ATTR_RDONLY : attributes,
			       mounts->label, root);
	if (mount < 0)
		return errno == EPERM && strcmp(entry->mount.type, "sysfs") == 0
			? attach_sys(entry, mounts, root)
			: -1;
	if (entry->tmpcopyup && tmpcopyup(root, entry->mount.target, mount) < 0)
		return -1;
	if (attach_at(entry, mount, root, S_IFDIR) < 0)
		return -1;
	if (change_propagation(entry, mount, usual_of_new(mounts)) < 0)
		return -1;
	if (late)
		entry->mount.opened = cleanup_take_fd(&mount);
	return 0;
}

static int remount(const struct mounts_entry *entry, int root)
{
	autofd int mount = file_open_in_root(root, entry->mount.target, O_PATH);

	if (mount < 0)
		return fail("openat2 %s in the root file system", entry->mount.target);
	if (change_attributes(entry, mount) < 0)
		return -1;
	return change_propagation(entry, mount, 0);
}

/* Refuses a cgroup file system over the root: the container would have no programs. */
static int refuse_root(const struct mounts_entry *entry, int root)
{
	autofd int place = open_target(entry, root, 0);
	int is_root;

	if (place < 0)
		return place == TARGET_MISSING ? 0 : -1;
	is_root = place_is_root(root, place);
	if (is_root > 0)
		return fail_input("mounts: %s cannot be mounted on %s, which is the root",
				  entry->mount.type, entry->mount.target);
	return is_root;
}

static int attach(struct mounts_entry *entry, const struct mounts *mounts,
		  const struct mounts_view *view, int root)
{
	if (entry->remount)
		return remount(entry, root);
	if (entry->text)
		return attach_text(entry, mounts, root);
	if (entry->bind)
		return attach_bind(entry, mounts, root);
	if (mounts_is_cgroup(entry->mount.type))
		return refuse_root(entry, root) < 0 ? -1 : mounts_cgroup(entry, view, root);
	return attach_new(entry, mounts, root);
}

int mounts_attach(struct mounts *mounts, size_t first, size_t end, const struct mounts_view *view,
		  int root)
{
	for (size_t i = first; i < end; i++)
		if (attach(&mounts->list[i], mounts, view, root) < 0)
			return -1;
	return 0;
}

int mounts_finish(const struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mounts_entry *entry = &mounts->list[i];
		autofd int mount = entry->bind || !entry->mount.opened ? -1 : entry->mount.opened;

		if (mount >= 0 && bind_restrict(mount, MOUNT_ATTR_RDONLY, 0) < 0)
			return -1;
	}
	return 0;
}
