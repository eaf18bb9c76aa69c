#include "pack_users.h"

#include <endian.h>
#include <linux/capability.h>
#include <string.h>

static uint32_t inside(const struct id_map *map, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (id - map[i].outside < map[i].size)
			return map[i].inside + (id - map[i].outside);
	return id;
}

void pack_users_count_back(const struct userns *users, struct stat *status)
{
	if (!users)
		return;
	status->st_uid = inside(users->uids, users->uid_count, status->st_uid);
	status->st_gid = inside(users->gids, users->gid_count, status->st_gid);
}

/* Version 3 is version 2, and the id of a root. */
static void untie(const struct userns *users, struct xattr *xattr)
{
	struct vfs_ns_cap_data data;
	uint32_t magic;

	if (xattr->size != sizeof(data))
		return;
	memcpy(&data, xattr->value, sizeof(data));
	magic = le32toh(data.magic_etc);
	if ((magic & VFS_CAP_REVISION_MASK) != VFS_CAP_REVISION_3 ||
	    le32toh(data.rootid) != userns_uid_outside(users, 0))
		return;
	data.magic_etc = htole32((magic & VFS_CAP_FLAGS_MASK) | VFS_CAP_REVISION_2);
	xattr->size = sizeof(struct vfs_cap_data);
	memcpy(xattr->value, &data, xattr->size);
}

void pack_users_untie(const struct userns *users, struct xattrs *xattrs)
{
	for (size_t i = 0; users && i < xattrs->count; i++)
		if (strcmp(xattrs->list[i].name, "security.capability") == 0)
			untie(users, &xattrs->list[i]);
}
