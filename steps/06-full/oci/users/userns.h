/*
 * Chapter 6: a container's own users. Root inside is a user without any right outside.
 *
 * Source: user_namespaces(7), credentials(7), subuid(5), newuidmap(1), MOUNT_ATTR_IDMAP of
 * mount_setattr(2). config.json: linux.uidMappings, linux.gidMappings.
 */
#ifndef STEPS_USERNS_H
#define STEPS_USERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spawn.h"

/*
 * The programs that write maps for users who are not root, where Debian, Fedora and others have
 * them.
 */
#define NEWUIDMAP "/usr/bin/newuidmap"
#define NEWGIDMAP "/usr/bin/newgidmap"

/* The kernel's limit for the ranges of a map. */
enum { USERNS_MAP_MAX = 340 };

/* `size` ids that follow one another: from `inside` on in the container, `outside` on the host. */
struct id_map {
	uint32_t inside, outside, size;
};

enum userns_mode {
	USERNS_DEFAULT, /* for root USERNS_HOST, for others USERNS_AUTO */
	USERNS_HOST,	/* the host's users: no user namespace */
	USERNS_AUTO,	/* userns_prepare() looks for ids that are free to use */
	USERNS_MAPPED,	/* as the maps say */
};

struct userns {
	enum userns_mode mode;
	struct id_map *uids, *gids;
	size_t uid_count, gid_count;
	bool shift; /* owners in the root file system are ids inside: 0 is root inside */
};

/*
 * Decides for USERNS_HOST or USERNS_MAPPED, and makes the maps of USERNS_AUTO: with root, the ids
 * that /etc/subuid and /etc/subgid give to root or to "containers", or else those from 1879048192
 * on. Without root, the caller's own id becomes root inside, and the ids that those files give to
 * the caller follow. A user may have several lines there, by name and by number: all of them count.
 * Returns 0 or -1.
 */
int userns_prepare(struct userns *userns);

/* True if the caller itself is in a user namespace: then its root is not the machine's root. */
bool userns_is_ours(void);

/* Returns 1 if the user namespace of the caller has the group `id`, 0 or -1. */
int userns_maps_gid(gid_t id);

/* True if the map has the inside `id`. */
bool userns_has_uid(const struct userns *userns, uid_t id);
bool userns_has_gid(const struct userns *userns, gid_t id);

/* Returns the host's id for the inside `id`; 0, root's, if the map does not have it. */
uid_t userns_uid_outside(const struct userns *userns, uid_t id);
gid_t userns_gid_outside(const struct userns *userns, gid_t id);

/*
 * On the host, while the child `pid` waits: writes its maps. Without root, newuidmap(1) and
 * newgidmap(1) write a map that has other ids than the caller's own. Returns 0 or -1.
 */
int userns_map(const struct userns *userns, pid_t pid);

/*
 * In the container, first of all: becomes its root, user 0 of group 0 (where the maps have no 0,
 * the first of their ids), and leaves all other groups if the kernel allows that. Returns 0 or -1.
 */
int userns_enter(const struct userns *userns, const struct child *child);

#endif
