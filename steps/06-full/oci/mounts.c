#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "copy_up.h"
#include "fail.h"
#include "file.h"
#include "labels.h"
#include "mount.h"
#include "mounts_cgroup.h"
#include "narrate.h"

/* ---- On the host ---- */

static int open_source(const struct mounts_entry *entry)
{
	const unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int tree;

	narrate("open_tree %s", entry->source);
	tree = open_tree(AT_FDCWD, entry->source, flags | (entry->with_below ? AT_RECURSIVE : 0));
	return tree < 0 ? fail("open_tree %s", entry->source) : tree;
}

int mounts_open(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct mounts_entry *entry = &mounts->list[i];

		if (!entry->bind || entry->remount)
			continue;
		entry->opened = open_source(entry);
		if (entry->opened < 0)
			return -1;
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
	narrate("mount_setattr %s", entry->target);
	if (mount_setattr(mount, "", AT_EMPTY_PATH | flags, &attributes, sizeof(attributes)) < 0)
		return fail("mount_setattr %s", entry->target);
	return 0;
}

/* What is for all below comes first: what is for the mount alone may say otherwise. */
static int change_both(const struct mounts_entry *entry, int mount)
{
	if (change(entry, mount, &entry->below, entry->propagation_below, AT_RECURSIVE) < 0)
		return -1;
	return change(entry, mount, &entry->one, entry->propagation, 0);
}

static int attach_bind(const struct mounts_entry *entry, int root)
{
	const struct mounts_change nothing = { 0 };
	autofd int mount = entry->opened;
	struct stat status;

	/* What is mounted inside is not to appear on the host, unless that is asked for. */
	if (entry->propagation != MS_SHARED && entry->propagation_below != MS_SHARED &&
	    change(entry, mount, &nothing, MS_SLAVE, AT_RECURSIVE) < 0)
		return -1;
	if (change_both(entry, mount) < 0)
		return -1;
	if (fstat(mount, &status) < 0)
		return fail("fstat %s", entry->source);
	return mount_attach(mount, root, entry->target,
			    S_ISDIR(status.st_mode) ? S_IFDIR : S_IFREG);
}

/*
 * The mode of the directory that a tmpfs covers, which it keeps if no other one is asked for:
 * otherwise everybody could write to it. -1: the file system's own.
 */
static int find_mode(const struct mounts_entry *entry, int root)
{
	autofd int place = -1;
	struct stat status;

	if (strcmp(entry->type, "tmpfs") != 0 ||
	    (entry->options && strstr(entry->options, "mode=")))
		return -1;
	place = file_open_in_root(root, entry->target, O_PATH | O_DIRECTORY);
	return place < 0 || fstat(place, &status) < 0 ? -1 : (int)(status.st_mode & 07777);
}

/* "source=shm,size=64m,mode=1777": as mount_create() wants it. The caller frees it. NULL: failed.
 */
static char *complete_options(const struct mounts_entry *entry, int root)
{
	const char *source = entry->source && *entry->source ? entry->source : entry->type;
	const char *quote = strchr(source, ',') ? "\"" : "";
	const char *options = entry->options ? entry->options : "";
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
 * A sysfs shows a network namespace, and is for the root of that to mount. Who is not shows the
 * host's, read-only with all that is mounted in it, if that was asked for.
 */
static int attach_sys(const struct mounts_entry *entry, int root)
{
	autofd int mount = -1;

	fail_forget();
	mount = bind_create(AT_FDCWD, "/sys");
	if (mount < 0 || bind_restrict(mount, entry->below.set | entry->one.set, AT_RECURSIVE) < 0)
		return -1;
	return mount_attach(mount, root, entry->target, S_IFDIR);
}

/*
 * With `label` for all files that are in it and will be. The kernel takes none for proc and sysfs,
 * and one for mqueue perhaps: then the label is given to its directory.
 */
static int create(const struct mounts_entry *entry, uint64_t attributes, const char *label,
		  int root)
{
	autofree char *plain = complete_options(entry, root);
	autofree char *options = plain ? labels_mount_options(plain, label) : NULL;
	autofd int mount = -1;
	int made;

	if (!options)
		return -1;
	if (strcmp(entry->type, "proc") == 0 || strcmp(entry->type, "sysfs") == 0)
		return mount_create(entry->type, attributes, plain);
	mount = mount_create(entry->type, attributes, options);
	if (mount < 0 && label && strcmp(entry->type, "mqueue") == 0) {
		fail_forget();
		mount = mount_create(entry->type, attributes, plain);
		if (mount >= 0 && labels_set_mount(mount, label) < 0)
			return -1;
	}
	made = mount;
	mount = -1;
	return made;
}

/*
 * Whoever made the root file system could lead /proc elsewhere by a link, and what is to be masked
 * there would not be (CVE-2019-19921).
 */
static int refuse_link(const struct mounts_entry *entry, int root)
{
	autofd int place = -1;
	struct stat status;

	if (strcmp(entry->type, "proc") != 0 && strcmp(entry->type, "sysfs") != 0)
		return 0;
	place = file_open_in_root(root, entry->target, O_PATH | O_NOFOLLOW);
	if (place < 0 || fstat(place, &status) < 0 || !S_ISLNK(status.st_mode))
		return 0;
	return fail_input("mounts: filesystem \"%s\" must be mounted on ordinary directory, not "
			  "on the link %s",
			  entry->type, entry->target);
}

static int attach_new(struct mounts_entry *entry, const char *label, int root)
{
	const struct mounts_change nothing = { 0 };
	uint64_t attributes = entry->below.set | entry->one.set;
	bool late = strcmp(entry->type, "tmpfs") == 0 && attributes & MOUNT_ATTR_RDONLY;
	autofd int mount = -1;

	if (refuse_link(entry, root) < 0)
		return -1;
	mount = create(entry, late ? attributes & ~(uint64_t)MOUNT_ATTR_RDONLY : attributes, label,
		       root);
	if (mount < 0)
		return errno == EPERM && strcmp(entry->type, "sysfs") == 0 ? attach_sys(entry, root)
									   : -1;
	if (entry->copy_up && copy_up(root, entry->target, mount) < 0)
		return -1;
	if (mount_attach(mount, root, entry->target, S_IFDIR) < 0)
		return -1;
	if (change(entry, mount, &nothing, entry->propagation_below, AT_RECURSIVE) < 0)
		return -1;
	if (change(entry, mount, &nothing, entry->propagation, 0) < 0)
		return -1;
	if (late) {
		entry->opened = mount;
		mount = -1;
	}
	return 0;
}

static int remount(const struct mounts_entry *entry, int root)
{
	autofd int mount = file_open_in_root(root, entry->target, O_PATH);

	if (mount < 0)
		return fail("openat2 %s in the root file system", entry->target);
	return change_both(entry, mount);
}

static int attach(struct mounts_entry *entry, const struct mounts_view *view, const char *label,
		  int root)
{
	if (entry->remount)
		return remount(entry, root);
	if (entry->bind)
		return attach_bind(entry, root);
	if (mounts_is_cgroup(entry->type))
		return mounts_cgroup(entry, view, root);
	return attach_new(entry, label, root);
}

size_t mounts_find(const struct mounts *mounts, const char *type)
{
	size_t i = 0;

	while (i < mounts->count &&
	       !(mounts->list[i].type && strcmp(mounts->list[i].type, type) == 0))
		i++;
	return i;
}

int mounts_attach(struct mounts *mounts, const struct mounts_view *view, int root)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (attach(&mounts->list[i], view, mounts->label, root) < 0)
			return -1;
	return 0;
}

int mounts_finish(const struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mounts_entry *entry = &mounts->list[i];
		autofd int mount = entry->bind || !entry->opened ? -1 : entry->opened;

		if (mount >= 0 && bind_restrict(mount, MOUNT_ATTR_RDONLY, 0) < 0)
			return -1;
	}
	return 0;
}
