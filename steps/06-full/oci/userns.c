#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

/* What the kernel takes at most in a map: 340 lines of three numbers. */
enum { MAP_MAX = 340, LINE_MAX = 3 * 11 };

bool userns_is_ours(void)
{
	autofree char *map = file_read("/proc/self/uid_map");
	unsigned int inside, outside, size;

	return map && sscanf(map, "%u %u %u", &inside, &outside, &size) == 3 && size != UINT32_MAX;
}

/* Whether somebody else has to write the map: without root, one may map oneself alone. */
static bool needs_helper(const struct id_map *map, size_t count, uint32_t self)
{
	return geteuid() != 0 && (count > 1 || map->size > 1 || map->outside != self);
}

/* /proc/PID/NAME takes its text in one write. */
static int write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];
	autofd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", path);
	if (write(fd, text, strlen(text)) < 0)
		return fail("write %s", name);
	return 0;
}

static int write_map(pid_t pid, const char *name, const struct id_map *map, size_t count)
{
	char text[MAP_MAX * LINE_MAX + 1];
	size_t used = 0;

	if (count > MAP_MAX)
		return fail_input("%s: more than %d lines", name, MAP_MAX);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %u %u\n",
					 map[i].inside, map[i].outside, map[i].size);
	narrate("write %s: %u is %u, and so on for %u", name, map->inside, map->outside, map->size);
	return write_proc(pid, name, text);
}

/* newuidmap PID INSIDE OUTSIDE SIZE...: a set-user-ID program that knows who may have which. */
static int run_helper(const char *program, pid_t pid, const struct id_map *map, size_t count)
{
	char words[3 * MAP_MAX + 1][11], *argv[3 * MAP_MAX + 3] = { (char *)program };
	size_t used = 0;
	pid_t helper;
	int status;

	if (count > MAP_MAX)
		return fail_input("%s: more than %d lines", program, MAP_MAX);
	snprintf(words[used++], sizeof(words[0]), "%u", (unsigned int)pid);
	for (size_t i = 0; i < count; i++) {
		snprintf(words[used++], sizeof(words[0]), "%u", map[i].inside);
		snprintf(words[used++], sizeof(words[0]), "%u", map[i].outside);
		snprintf(words[used++], sizeof(words[0]), "%u", map[i].size);
	}
	for (size_t i = 0; i < used; i++)
		argv[i + 1] = words[i];
	if (access(program, X_OK) < 0)
		return fail("execve %s", program);
	narrate("execve %s", program);
	helper = fork();
	if (helper == 0) {
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC),
		     STDERR_FILENO); /* we say it ourselves */
		execv(program, argv);
		_exit(STATUS_NOT_EXECUTABLE);
	}
	if (helper < 0)
		return fail("fork");
	if (waitpid(helper, &status, 0) < 0)
		return fail("waitpid");
	return status == 0 ? 0
			   : fail_input("%s does not give us the ids %u to %u: see subuid(5)",
					program, map[count - 1].outside,
					map[count - 1].outside + map[count - 1].size - 1);
}

static int map_users(const struct userns *userns, pid_t pid)
{
	if (needs_helper(userns->uids, userns->uid_count, geteuid()))
		return run_helper(NEWUIDMAP, pid, userns->uids, userns->uid_count);
	return write_map(pid, "uid_map", userns->uids, userns->uid_count);
}

static int map_groups(const struct userns *userns, pid_t pid)
{
	if (needs_helper(userns->gids, userns->gid_count, getegid()))
		return run_helper(NEWGIDMAP, pid, userns->gids, userns->gid_count);
	/* Without root, one may map a group only if nobody inside can leave one any more. */
	if (geteuid() != 0 && write_proc(pid, "setgroups", "deny") < 0)
		return -1;
	return write_map(pid, "gid_map", userns->gids, userns->gid_count);
}

int userns_map(const struct userns *userns, pid_t pid)
{
	if (userns->mode != USERNS_MAPPED)
		return 0;
	if (map_users(userns, pid) < 0)
		return -1;
	return map_groups(userns, pid);
}

/* The range that an id inside is in, or NULL. */
static const struct id_map *find(const struct id_map *map, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (id - map[i].inside < map[i].size)
			return &map[i];
	return NULL;
}

bool userns_has_uid(const struct userns *userns, uid_t id)
{
	return find(userns->uids, userns->uid_count, id);
}

bool userns_has_gid(const struct userns *userns, gid_t id)
{
	return find(userns->gids, userns->gid_count, id);
}

static uint32_t outside(const struct id_map *map, uint32_t id)
{
	return map ? map->outside + (id - map->inside) : 0;
}

uid_t userns_uid_outside(const struct userns *userns, uid_t id)
{
	return outside(find(userns->uids, userns->uid_count, id), id);
}

gid_t userns_gid_outside(const struct userns *userns, gid_t id)
{
	return outside(find(userns->gids, userns->gid_count, id), id);
}

int userns_enter(const struct userns *userns, const struct child *child)
{
	if (userns->mode != USERNS_MAPPED)
		return 0;
	narrate("setresuid 0 in the user namespace");
	/* EPERM: denied, because a group may be one that takes rights away. */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return fail("setgroups");
	if (setresgid(0, 0, 0) < 0)
		return fail("setresgid 0");
	if (setresuid(0, 0, 0) < 0)
		return fail("setresuid 0");
	return child_die_with_host(child);
}
