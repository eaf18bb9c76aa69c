#include "sysctls.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "procfs.h"

/* A name that ends with a slash stands for all settings that begin with it. */
static const struct {
	const char *name;
	uint64_t namespace;
} known[] = {
	{ "net/", CLONE_NEWNET },
	{ "fs/mqueue/", CLONE_NEWIPC },
	{ "kernel/msgmax", CLONE_NEWIPC },
	{ "kernel/msgmnb", CLONE_NEWIPC },
	{ "kernel/msgmni", CLONE_NEWIPC },
	{ "kernel/sem", CLONE_NEWIPC },
	{ "kernel/shmall", CLONE_NEWIPC },
	{ "kernel/shmmax", CLONE_NEWIPC },
	{ "kernel/shmmni", CLONE_NEWIPC },
	{ "kernel/shm_rmid_forced", CLONE_NEWIPC },
	{ "kernel/domainname", CLONE_NEWUTS },
	{ "user/", CLONE_NEWUSER },
};

/*
 * Returns the path of a setting below /proc/sys. The name's parts are separated by dots or by
 * slashes: the first dot or slash in it tells which. The other character is then part of a name:
 * "net.ipv4.conf.eth0/1.forwarding". The caller frees the path.
 */
static char *path_of(const char *name)
{
	char separator = name[strcspn(name, "./")];
	char *path = strdup(name);

	for (char *next = path; separator == '.' && next && *next; next++) {
		if (*next == '.')
			*next = '/';
		else if (*next == '/')
			*next = '.';
	}
	return path;
}

/*
 * True if the path could lead out of its place: it has "..", or a part ".", or begins with a slash.
 */
static bool has_dots(const char *path)
{
	return strstr(path, "..") || strstr(path, "/./") || *path == '/';
}

uint64_t sysctls_namespace(const char *name)
{
	autofree char *path = path_of(name);

	for (size_t i = 0; path && !has_dots(path) && i < sizeof(known) / sizeof(known[0]); i++) {
		size_t length = strlen(known[i].name);
		bool is_directory = known[i].name[length - 1] == '/';

		if (is_directory ? strncmp(path, known[i].name, length) == 0
				 : strcmp(path, known[i].name) == 0)
			return known[i].namespace;
	}
	return 0;
}

bool sysctls_is(const char *name, const char *path)
{
	autofree char *found = path_of(name);

	return found && strcmp(found, path) == 0;
}

int sysctls_write(const struct sysctls *sysctls)
{
	for (size_t i = 0; i < sysctls->count; i++) {
		autofree char *path = path_of(sysctls->list[i].name);
		autofree char *file = NULL;

		if (!path || asprintf(&file, "sys/%s", path) < 0)
			return fail("asprintf");
		if (procfs_write(file, sysctls->list[i].value) < 0)
			return -1;
	}
	return 0;
}
