#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

enum { LINE_MAX = 3 * 11 };

bool userns_is_ours(void)
{
	autofree char *map = file_read("/proc/self/uid_map");
	unsigned int inside, outside, size;

	return map && sscanf(map, "%u %u %u", &inside, &outside, &size) == 3 && size != UINT32_MAX;
}

int userns_maps_gid(gid_t id)
{
	autofree char *map = file_read("/proc/self/gid_map");
	unsigned int inside, outside, size;
	int used;

	if (!map)
		return fail("open /proc/self/gid_map");
	for (const char *line = map;
	     line && sscanf(line, "%u %u %u%n", &inside, &outside, &size, &used) == 3; line += used)
		if (id - inside < size)
			return 1;
	return 0;
}

/* True if a helper has to write the map: without root, a process may map only its own id. */
static bool needs_helper(const struct id_map *map, size_t count, uint32_t self)
{
	/*
	 * TODO 8: without root a helper is needed for all but a map of one id, which is `self`,
	 * the caller's own.
	 */
	(void)map;
	(void)count;
	(void)self;
	return geteuid() != 0;
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
	/*
	 * TODO 7: write all ranges of the map, a line for each: INSIDE OUTSIDE SIZE. The kernel
	 * takes one write(2), and no second one: write_proc(). A line has at most LINE_MAX bytes.
	 * With more than USERNS_MAP_MAX ranges, return fail_input("%s: more than %d lines").
	 */
	(void)pid;
	(void)name;
	(void)map;
	(void)count;
	(void)write_proc;
	return 0;
}

/* Returns why a set-user-ID program may have no more rights than its caller, or NULL. */
static const char *find_lost_rights(const char *program)
{
	struct statvfs mount;
	struct stat file;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "; no_new_privs is set here, so it has no rights";
	if (statvfs(program, &mount) == 0 && mount.f_flag & ST_NOSUID)
		return "; it is on a nosuid mount, so it has no rights";
	if (stat(program, &file) == 0 && !(file.st_mode & S_ISUID) &&
	    getxattr(program, "security.capability", NULL, 0) <= 0)
		return "; it is neither set-user-ID nor has capabilities: reinstall the package "
		       "uidmap";
	return NULL;
}

/* Waits for the program. If it fails, keeps its `output` as the message. Returns 0 or -1. */
static int finish_helper(const char *program, pid_t helper, int output)
{
	char words[512] = "", rest[512];
	size_t used = 0;
	const char *reason;
	int status;

	for (ssize_t got = 1; got > 0 && used<sizeof(words) - 1; used += got> 0 ? (size_t)got : 0)
		got = read(output, words + used, sizeof(words) - 1 - used);
	while (read(output, rest, sizeof(rest)) > 0)
		; /* a closed pipe would end the program */
	words[strcspn(words, "\n")] = '\0';
	if (waitpid(helper, &status, 0) < 0)
		return fail("waitpid");
	if (status == 0)
		return 0;
	reason = find_lost_rights(program);
	if (!reason)
		reason = strstr(words, "not allowed") ? "; subuid(5) tells how to allow it" : "";
	if (*words)
		return fail_input("%s%s", words, reason);
	return fail_input("%s failed without a word (wait status %d)%s", program, status, reason);
}

/*
 * Runs newuidmap PID INSIDE OUTSIDE SIZE..., a set-user-ID program that knows the ids of each user.
 */
static int run_helper(const char *program, pid_t pid, const struct id_map *map, size_t count)
{
	char words[3 * USERNS_MAP_MAX + 1][11];
	char *argv[3 * USERNS_MAP_MAX + 3] = { (char *)program };
	size_t used = 0;
	int ends[2];
	pid_t helper;
	autofd int output = -1;

	if (count > USERNS_MAP_MAX)
		return fail_input("%s: more than %d lines", program, USERNS_MAP_MAX);
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
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");
	output = ends[0];
	narrate("execve %s", program);
	helper = fork();
	if (helper == 0) {
		dup2(ends[1], STDERR_FILENO);
		execv(program, argv);
		_exit(STATUS_NOT_EXECUTABLE);
	}
	close(ends[1]);
	if (helper < 0)
		return fail("fork");
	return finish_helper(program, helper, output);
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
	/*
	 * TODO 8: without root, a process may map a group only when setgroups(2) is denied inside:
	 * user_namespaces(7), /proc/PID/setgroups.
	 */
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

/* Returns the range of the map that contains the inside `id`, or NULL. */
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

/*
 * Returns root inside, 0; if the map has no 0, its first id. A process that takes this id keeps all
 * its rights.
 */
static uint32_t first_id(const struct id_map *map, size_t count)
{
	return count == 0 || find(map, count, 0) ? 0 : map->inside;
}

int userns_enter(const struct userns *userns, const struct child *child)
{
	const uid_t uid = first_id(userns->uids, userns->uid_count);
	const gid_t gid = first_id(userns->gids, userns->gid_count);

	if (userns->mode != USERNS_MAPPED)
		return 0;
	narrate("setresuid %u in the user namespace", uid);
	/*
	 * TODO 9: leave all groups, and become `gid` and `uid`. setgroups(2) fails with EPERM where
	 * it is denied, because a group may take rights away from its members: that is no failure
	 * here. Others are: fail("setgroups"), fail("setresgid %u", gid), fail("setresuid %u",
	 * uid).
	 */
	(void)gid;
	return child_die_with_host(child);
}
