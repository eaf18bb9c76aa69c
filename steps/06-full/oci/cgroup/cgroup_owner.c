#include "cgroup_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

/* True if the container may write to its mount of the cgroups. */
static bool is_writable(const struct mounts *mounts)
{
	const size_t index = mounts_find_target(mounts, "/sys/fs/cgroup");
	const struct mounts_entry *entry = &mounts->list[index];

	return index < mounts->count && entry->mount.source &&
		strcmp(entry->mount.source, "cgroup") == 0 &&
		!(mounts_attributes(entry) & MOUNT_ATTR_RDONLY);
}

/* Not every cgroup has all of the files that the kernel knows. */
static int give_file(int directory, const char *name, uid_t uid)
{
	if (fchownat(directory, name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT)
		return 0;
	return fail("fchownat %s of the container's cgroup", name);
}

static int give(int directory, uid_t uid)
{
	autofree char *listed = file_read("/sys/kernel/cgroup/delegate");
	char usual[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
	char *rest = listed ? listed : usual;

	narrate("fchown the container's cgroup to %u", uid);
	if (fchown(directory, uid, (gid_t)-1) < 0)
		return fail("fchown the container's cgroup");
	for (const char *name; (name = strsep(&rest, "\n"));)
		if (*name && give_file(directory, name, uid) < 0)
			return -1;
	return 0;
}

int cgroup_owner_set(const struct cgroup *cgroup, const struct mounts *mounts,
		     const struct userns *userns, uid_t user)
{
	const struct hierarchy *only = &cgroup->hierarchies[0];
	uid_t uid = userns->mode == USERNS_MAPPED ? userns_uid_outside(userns, user) : user;
	struct stat status;

	if (cgroup->hierarchy_count != 1 || only->version != 2 || only->directory < 0)
		return 0;
	/* Without root, the cgroup is the user's already. */
	if (!is_writable(mounts) || geteuid() != 0)
		return 0;
	if (fstat(only->directory, &status) < 0)
		return fail("fstat the container's cgroup");
	return status.st_uid == uid ? 0 : give(only->directory, uid);
}
