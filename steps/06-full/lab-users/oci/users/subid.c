/* Chooses the ids on the host that a container's users get: userns_prepare() of userns.h. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "ids.h"
#include "userns.h"

/*
 * The ids that are used if no file gives any: above those that subuid(5) files give by default and
 * those that systemd takes for its containers, below those that some programs take for negative.
 */
enum { UNCLAIMED = 1879048192, USUAL_SIZE = 65536 };

/* A map that is being put together. */
struct map {
	struct id_map parts[USERNS_MAP_MAX];
	size_t count;
};

/* OWNER:FIRST:SIZE, as subuid(5) has it. Returns whether the line gives ids to one of `names`. */
static bool read_range(char *line, const char *const names[], struct id_map *range)
{
	/*
	 * TODO 10: cut off the newline, and the owner at the first colon. ids_read_pair() reads
	 * FIRST:SIZE, each at most UINT32_MAX, and returns false for what is none. The owner is one
	 * of `names`, which end with NULL, if all of it is equal.
	 */
	(void)line;
	(void)names;
	(void)range;
	(void)ids_read_pair;
	return false;
}

/*
 * The kernel accepts no id twice. Keeps of `range` the part before `taken`, or else the part
 * behind.
 */
static void leave_out(struct id_map *range, const struct id_map *taken)
{
	/*
	 * TODO 10: change range->outside and range->size, if both have ids in common. A size of 0
	 * means that nothing is left. FIRST + SIZE may be 2^32, more than a uint32_t holds.
	 */
	(void)range;
	(void)taken;
}

/* Adds a range: its ids inside follow those that the map has already. 2^32 - 1 is no id. */
static void add(struct map *map, struct id_map range)
{
	const struct id_map *last = map->count ? &map->parts[map->count - 1] : NULL;

	if (range.size > UINT32_MAX - range.outside)
		range.size = UINT32_MAX - range.outside;
	for (size_t i = 0; i < map->count && range.size; i++)
		leave_out(&range, &map->parts[i]);
	range.inside = last ? last->inside + last->size : 0;
	if (range.size > UINT32_MAX - range.inside)
		range.size = UINT32_MAX - range.inside;
	if (range.size > 0 && map->count < USERNS_MAP_MAX)
		map->parts[map->count++] = range;
}

/*
 * Adds all ranges that the file gives to any of `names`, which end with NULL: a user may have
 * several, by name and by number. Returns 0, also where there is none, or -1.
 */
static int add_ranges(struct map *map, const char *path, const char *const names[])
{
	autofile FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	struct id_map range;
	size_t size = 0;

	if (!file && errno != ENOENT)
		return fail("open %s", path);
	while (file && getline(&line, &size, file) > 0)
		if (read_range(line, names, &range))
			add(map, range);
	return file && ferror(file) ? fail("read %s", path) : 0;
}

static int add_both(const char *const names[], struct map *uids, struct map *gids)
{
	if (add_ranges(uids, "/etc/subuid", names) < 0)
		return -1;
	return add_ranges(gids, "/etc/subgid", names);
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

/* Copies the maps to `userns`. Returns 0 or -1. */
static int set_maps(struct userns *userns, const struct map *uids, const struct map *gids)
{
	userns->uids = calloc(uids->count, sizeof(*userns->uids));
	userns->gids = calloc(gids->count, sizeof(*userns->gids));
	if (!userns->uids || !userns->gids)
		return fail("calloc");
	memcpy(userns->uids, uids->parts, uids->count * sizeof(*userns->uids));
	memcpy(userns->gids, gids->parts, gids->count * sizeof(*userns->gids));
	userns->uid_count = uids->count;
	userns->gid_count = gids->count;
	return 0;
}

static int choose_as_root(struct userns *userns)
{
	static const char *const names[] = { "containers", "root", "0", NULL };
	const struct id_map unclaimed = { .outside = UNCLAIMED, .size = USUAL_SIZE };
	struct map uids = { 0 }, gids = { 0 };

	if (add_both(names, &uids, &gids) < 0)
		return -1;
	if (uids.count == 0 || gids.count == 0) {
		uids = gids = (struct map){ 0 };
		add(&uids, unclaimed);
		add(&gids, unclaimed);
	}
	return set_maps(userns, &uids, &gids);
}

static int choose_as_user(struct userns *userns)
{
	char number[11];
	autofree char *name = name_of(getuid());
	const char *const names[] = { name, number, NULL };
	struct map uids = { .count = 1, .parts = { { 0, geteuid(), 1 } } };
	struct map gids = { .count = 1, .parts = { { 0, getegid(), 1 } } };
	bool helped = name && access(NEWUIDMAP, X_OK) == 0 && access(NEWGIDMAP, X_OK) == 0;

	snprintf(number, sizeof(number), "%u", getuid());
	if (helped && add_both(names, &uids, &gids) < 0)
		return -1;
	/*
	 * More users without more groups, or the reverse, are of no use: map only the caller's own.
	 */
	if (uids.count == 1 || gids.count == 1)
		uids.count = gids.count = 1;
	return set_maps(userns, &uids, &gids);
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
