#include "user.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

/*
 * We read the two files ourselves: getpwnam(3) would ask whatever nsswitch.conf names, and load
 * libraries of the container's tree to do so.
 */
static const char passwd[] = "/etc/passwd";
static const char group[] = "/etc/group";

/* A line "name:password:number:..." of one of the files. */
struct entry {
	char *name;
	unsigned int number;
	char *rest; /* passwd: "gid:comment:home:shell"; group: "member,member" */
};

/* Whether all of `text` is a number that may be a uid or gid: 31 bits, as Docker has it. */
static bool parse_number(const char *text, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	*number = (unsigned int)value;
	return *end == '\0' && errno == 0 && value <= INT_MAX;
}

/*
 * Opens one of the files. A missing one has no lines. The tree may be hostile: to open a FIFO would
 * wait for ever.
 */
static int open_file(const char *path, FILE **file)
{
	autofd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	*file = NULL;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : fail("open %s", path);
	if (fstat(fd, &status) < 0)
		return fail("fstat %s", path);
	if (!S_ISREG(status.st_mode))
		return fail_input("%s in the container is no regular file", path);
	*file = fdopen(fd, "r");
	if (!*file)
		return fail("fdopen %s", path);
	fd = -1; /* the file has it now */
	return 0;
}

/* Reads up to the next entry; lines that are none are left out. Returns whether there is one. */
static bool next_entry(FILE *file, char **line, struct entry *entry)
{
	size_t size = 0;

	while (file) {
		char *rest, *number;

		free(*line);
		*line = NULL;
		if (getline(line, &size, file) < 0)
			return false;
		rest = *line;
		rest[strcspn(rest, "\n")] = '\0';
		entry->name = strsep(&rest, ":");
		strsep(&rest, ":");
		number = strsep(&rest, ":");
		entry->rest = rest;
		if (*entry->name && rest && parse_number(number, &entry->number))
			return true;
	}
	return false;
}

/* Takes gid and home from the rest of a line of /etc/passwd. */
static int take_passwd(struct user *user, char *rest)
{
	const char *gid = strsep(&rest, ":");
	const char *home;

	parse_number(gid, &user->gid);
	strsep(&rest, ":");
	home = strsep(&rest, ":");
	if (home && *home == '/') {
		free(user->home);
		user->home = strdup(home);
	}
	return user->home ? 0 : fail("strdup");
}

/* Looks up the user by `name`, or by uid if that is NULL. Returns its name in *found, or NULL. */
static int find_user(struct user *user, const char *name, char **found)
{
	autofile FILE *file = NULL;
	autofree char *line = NULL;
	struct entry entry;

	*found = NULL;
	user->home = strdup("/");
	if (!user->home)
		return fail("strdup");
	if (open_file(passwd, &file) < 0)
		return -1;
	while (next_entry(file, &line, &entry)) {
		if (name ? strcmp(entry.name, name) != 0 : entry.number != user->uid)
			continue;
		user->uid = entry.number;
		*found = strdup(entry.name);
		return *found ? take_passwd(user, entry.rest) : fail("strdup");
	}
	if (name)
		return fail_input("user %s: not in %s of the container", name, passwd);
	return 0;
}

static int find_group(const char *name, gid_t *gid)
{
	autofile FILE *file = NULL;
	autofree char *line = NULL;
	struct entry entry;

	if (parse_number(name, gid))
		return 0;
	if (open_file(group, &file) < 0)
		return -1;
	while (next_entry(file, &line, &entry)) {
		if (strcmp(entry.name, name) == 0) {
			*gid = entry.number;
			return 0;
		}
	}
	return fail_input("group %s: not in %s of the container", name, group);
}

static int add_group(struct user *user, gid_t gid)
{
	gid_t *grown;

	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == gid)
			return 0;
	grown = reallocarray(user->groups, user->group_count + 1, sizeof(*grown));
	if (!grown)
		return fail("reallocarray");
	user->groups = grown;
	user->groups[user->group_count++] = gid;
	return 0;
}

/* Adds the groups that list the user called `name` as a member. */
static int add_memberships(struct user *user, const char *name)
{
	autofile FILE *file = NULL;
	autofree char *line = NULL;
	struct entry entry;

	if (open_file(group, &file) < 0)
		return -1;
	while (next_entry(file, &line, &entry))
		for (char *member; (member = strsep(&entry.rest, ","));)
			if (strcmp(member, name) == 0 && add_group(user, entry.number) < 0)
				return -1;
	return 0;
}

static int resolve_text(struct user *user)
{
	autofree char *name = strdup(user->text);
	autofree char *found = NULL;
	char *group_name = name;

	if (!name)
		return fail("strdup");
	strsep(&group_name, ":");
	if (find_user(user, parse_number(name, &user->uid) ? NULL : name, &found) < 0)
		return -1;
	if (group_name && find_group(group_name, &user->gid) < 0)
		return -1;
	/* Without it, what is denied to the group could be allowed to others (CVE-2022-36109). */
	if (add_group(user, user->gid) < 0)
		return -1;
	return found && !group_name ? add_memberships(user, found) : 0;
}

int user_resolve(struct user *user)
{
	autofree char *name = NULL;
	gid_t gid = user->gid;

	if (user->text) {
		if (resolve_text(user) < 0)
			return -1;
	} else {
		if (find_user(user, NULL, &name) < 0)
			return -1;
		user->gid = gid;
	}
	for (size_t i = 0; i < user->group_add_count; i++)
		if (find_group(user->group_add[i], &gid) < 0 || add_group(user, gid) < 0)
			return -1;
	return 0;
}

int user_set_home(const struct user *user, struct command *command)
{
	char *variable;

	if (command->home_asked || !command->environment)
		return 0;
	if (asprintf(&variable, "HOME=%s", user->home) < 0)
		return fail("asprintf");
	return command_set_variable(command, variable);
}

/* Whether the user namespace denies setgroups(2), as one does that was made without root. */
static bool setgroups_denied(void)
{
	autofree char *text = file_read("/proc/self/setgroups");

	return text && strncmp(text, "deny", 4) == 0;
}

static int become_groups(const struct user *user)
{
	if (user->keep_groups)
		return 0;
	narrate("setgroups %zu groups", user->group_count);
	if (setgroups(user->group_count, user->groups) == 0)
		return 0;
	if (errno != EPERM || !setgroups_denied())
		return fail("setgroups");
	/* Those that an image's /etc/group lists can be left out; not those that were asked for. */
	if (user->group_add_count > 0 || (user->group_count > 0 && !user->text))
		return fail_input(
			"further groups cannot be had: the user namespace was made without "
			"root and without newgidmap(1)");
	return 0;
}

int user_become(const struct user *user)
{
	umask(user->umask);
	if (become_groups(user) < 0)
		return -1;
	narrate("setresgid %u", user->gid);
	if (setresgid(user->gid, user->gid, user->gid) < 0)
		return fail("setresgid %u", user->gid);
	/* Who leaves uid 0 loses all capabilities otherwise. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail("prctl PR_SET_KEEPCAPS");
	narrate("setresuid %u", user->uid);
	if (setresuid(user->uid, user->uid, user->uid) < 0)
		return fail("setresuid %u", user->uid);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return fail("prctl PR_SET_KEEPCAPS");
	return 0;
}
