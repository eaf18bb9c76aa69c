#include "attributes.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fail.h"

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool attributes_keep(const char *xattr)
{
	/*
	 * TODO 6: this keeps too much. Of user.* and trusted.*, leave out what is overlayfs's:
	 * user.overlay.* and trusted.overlay.*. Of the others keep three alone:
	 * "security.capability", "system.posix_acl_access" and "system.posix_acl_default".
	 * attributes.h says why; xattr(7).
	 */
	return begins(xattr, "user.") || begins(xattr, "trusted.") || begins(xattr, "security.") ||
		begins(xattr, "system.");
}

static int set_owner(const struct attributes_target *target, struct archive_entry *entry)
{
	const int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	/* The last number, (uid_t)-1, means "do not change" to chown(2). */
	if (uid < 0 || gid < 0 || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return fail_input(
			"the layer's entry %s has an owner that no file can have, %lld:%lld",
			target->path, (long long)uid, (long long)gid);
	/*
	 * TODO 5: until this is written, what is not open (a link, a device, a FIFO) gets no owner,
	 * no extended attribute and no times, here and in two other places below. Set them by
	 * target->parent and target->name. A link's are set on the link itself, never on the file
	 * that it leads to: fchownat(2), lsetxattr(2), utimensat(2).
	 */
	if (target->fd < 0 || fchown(target->fd, (uid_t)uid, (gid_t)gid) == 0)
		return 0;
	if (errno == EINVAL)
		return fail("fchownat %s to %lld:%lld, which the user namespace does not have",
			    target->path, (long long)uid, (long long)gid);
	return fail("fchownat %s", target->path);
}

static int set_xattr(const struct attributes_target *target, const char *name, const void *value,
		     size_t size, bool *has_warned)
{
	char path[64 + NAME_MAX];
	int result;

	if (target->fd >= 0) {
		result = fsetxattr(target->fd, name, value, size, 0);
	} else {
		/* There is no call for a file in an open directory before Linux 6.13. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", target->parent, target->name);
		result = 0; /* TODO 5 */
	}
	if (result == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != EPERM)
		return fail("setxattr %s %s", target->path, name);
	if (!*has_warned)
		fail_warn("the layer's entry %s: the extended attribute %s is left out, and others "
			  "like it: %s",
			  target->path, name,
			  errno == EPERM ? "setting it needs root of the machine"
					 : "the file system has none");
	*has_warned = true;
	return 0;
}

static int set_xattrs(const struct attributes_target *target, struct archive_entry *entry,
		      bool *has_warned)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
		if (attributes_keep(name) && set_xattr(target, name, value, size, has_warned) < 0)
			return -1;
	}
	return 0;
}

static int set_mode(const struct attributes_target *target, struct archive_entry *entry)
{
	const mode_t mode = archive_entry_perm(entry) & 07777;
	int result;

	if (archive_entry_filetype(entry) == AE_IFLNK)
		return 0;
	result = target->fd >= 0 ? fchmod(target->fd, mode)
				 : fchmodat(target->parent, target->name, mode, 0);
	return result < 0 ? fail("fchmod %s", target->path) : 0;
}

static int set_times(const struct attributes_target *target, struct archive_entry *entry)
{
	const struct timespec modified = {
		.tv_sec = archive_entry_mtime(entry),
		.tv_nsec = archive_entry_mtime_nsec(entry),
	};
	const struct timespec times[] = { modified, modified };
	int result = target->fd >= 0 ? futimens(target->fd, times) : 0; /* TODO 5 */

	return result < 0 ? fail("utimensat %s", target->path) : 0;
}

/*
 * The order is the kernel's: a new owner takes away the capabilities and the set-user-ID bit, an
 * access control list and a write change the mode, each of them the times.
 */
int attributes_set(const struct attributes_target *target, struct archive_entry *entry,
		   bool *has_warned)
{
	if (set_owner(target, entry) < 0 || set_xattrs(target, entry, has_warned) < 0 ||
	    set_mode(target, entry) < 0)
		return -1;
	return set_times(target, entry);
}
