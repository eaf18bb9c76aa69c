/*
 * Idmapped mounts. The kernel takes the maps from a user namespace. For a mount with maps of its
 * own, a user namespace is made: its only process waits until the namespace has been opened.
 *
 * Source: mount_setattr(2), "ID-mapped mounts".
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "cleanup.h"
#include "fail.h"
#include "mounts.h"
#include "namespaces.h"
#include "narrate.h"
#include "spawn.h"

static int never_called(void *nothing)
{
	(void)nothing;
	return fail_input("not to be released");
}

/*
 * Makes a user namespace with the maps of the entry. The namespace lives as long as the descriptor
 * that is returned. -1: failed.
 */
static int make_userns(const struct mounts_entry *entry)
{
	const struct userns userns = {
		.mode = USERNS_MAPPED,
		.uids = entry->uids,
		.uid_count = entry->uid_count,
		.gids = entry->gids,
		.gid_count = entry->gid_count,
	};
	autochild struct child child = CHILD_NONE;

	child.job.own_session = true; /* this child must not use the terminal */
	if (child_spawn(&child, CLONE_NEWUSER, never_called, NULL) < 0)
		return -1;
	if (userns_map(&userns, child.pid) < 0)
		return -1;
	return namespaces_open_of(child.pid, "user");
}

static int map(const struct mounts_entry *entry, pid_t pid)
{
	autofd int namespace =
		entry->uid_count ? make_userns(entry) : namespaces_open_of(pid, "user");
	struct mount_attr mapped = { .attr_set = MOUNT_ATTR_IDMAP };
	const unsigned int flags = AT_EMPTY_PATH | (entry->map_below ? AT_RECURSIVE : 0);

	if (namespace < 0)
		return -1;
	mapped.userns_fd = (unsigned int)namespace;
	narrate("mount_setattr MOUNT_ATTR_IDMAP %s", entry->mount.target);
	if (mount_setattr(entry->mount.opened, "", flags, &mapped, sizeof(mapped)) < 0)
		return fail("mount_setattr MOUNT_ATTR_IDMAP of %s", entry->mount.source);
	return 0;
}

int mounts_map(const struct mounts *mounts, pid_t pid)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->list[i].map && map(&mounts->list[i], pid) < 0)
			return -1;
	return 0;
}
