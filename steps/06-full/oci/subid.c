/* Which ids on the host a container's users may have: the part of userns.h that chooses them. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "userns.h"

/*
 * Where nobody has set ids aside: above those that subuid(5) files give by default and those that
 * systemd takes for its containers, below those that some programs take for negative.
 */
enum { UNCLAIMED = 1879048192, USUAL_SIZE = 65536 };

/*
 * Looks for the first line that gives ids to one of `names`, which end with NULL. Returns 1, 0 if
 * there is none, or -1.
 */
static int find(const char *path, const char *const names[], struct id_map *map)
{
	autofile FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	size_t size = 0;

	if (!file && errno != ENOENT)
		return fail("open %s", path);
	while (file && getline(&line, &size, file) > 0) {
		char *rest = line;
		const char *owner = strsep(&rest, ":");

		if (!rest || sscanf(rest, "%u:%u", &map->outside, &map->size) != 2)
			continue;
		for (size_t i = 0; map->size > 0 && names[i]; i++)
			if (strcmp(names[i], owner) == 0)
				return 1;
	}
	return 0;
}

static int find_both(const char *const names[], struct id_map *uids, struct id_map *gids)
{
	int found = find("/etc/subuid", names, uids);

	return found == 1 ? find("/etc/subgid", names, gids) : found;
}

/* The name of the user `uid`, which the caller frees; NULL if it has none. */
static char *name_of(uid_t uid)
{
	autofile FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	while (file && (entry = fgetpwent(file)))
		if (entry->pw_uid == uid)
			return strdup(entry->pw_name);
	return NULL;
}

/* One map of `count` parts: what `parts` says. */
static int set_map(struct id_map **map, size_t *count, const struct id_map *parts, size_t length)
{
	*map = calloc(length, sizeof(**map));
	if (!*map)
		return fail("calloc");
	memcpy(*map, parts, length * sizeof(**map));
	*count = length;
	return 0;
}

static int choose_as_root(struct userns *userns)
{
	static const char *const names[] = { "containers", "root", NULL };
	struct id_map uids = { 0 }, gids = { 0 };
	int found = find_both(names, &uids, &gids);

	if (found < 0)
		return -1;
	if (found == 0)
		uids = gids = (struct id_map){ .outside = UNCLAIMED, .size = USUAL_SIZE };
	if (set_map(&userns->uids, &userns->uid_count, &uids, 1) < 0)
		return -1;
	return set_map(&userns->gids, &userns->gid_count, &gids, 1);
}

static int choose_as_user(struct userns *userns)
{
	char number[11];
	autofree char *name = name_of(getuid());
	const char *const names[] = { name, number, NULL };
	struct id_map uids[2] = { { 0, geteuid(), 1 }, { .inside = 1 } };
	struct id_map gids[2] = { { 0, getegid(), 1 }, { .inside = 1 } };
	bool helped = name && access(NEWUIDMAP, X_OK) == 0 && access(NEWGIDMAP, X_OK) == 0;
	size_t parts;
	int found;

	snprintf(number, sizeof(number), "%u", getuid());
	found = helped ? find_both(names, &uids[1], &gids[1]) : 0;
	if (found < 0)
		return -1;
	parts = found ? 2 : 1;
	if (set_map(&userns->uids, &userns->uid_count, uids, parts) < 0)
		return -1;
	return set_map(&userns->gids, &userns->gid_count, gids, parts);
}

int userns_prepare(struct userns *userns)
{
	bool root = geteuid() == 0;

	if (userns->mode == USERNS_DEFAULT)
		userns->mode = root ? USERNS_HOST : USERNS_AUTO;
	if (userns->mode != USERNS_AUTO)
		return 0;
	userns->mode = USERNS_MAPPED;
	return root ? choose_as_root(userns) : choose_as_user(userns);
}
