/*
 * probe spy: looks for what the runtime shows of the host while its process enters the container.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

enum { MOST = 1000 }; /* lines; after so many the spy ends */

static int found;

static void report(const char *pid, const char *what, const char *target)
{
	if (found++ < MOST)
		printf("%s %s %s\n", pid, what, target);
}

/* True if the path leads to the same file for the spy: then the file is the container's own. */
static int is_ours(const char *path, const struct stat *status)
{
	struct stat ours;

	return stat(path, &ours) == 0 && ours.st_dev == status->st_dev &&
		ours.st_ino == status->st_ino;
}

/*
 * True if the path is a procfs of the spy's PID namespace, in which "self" is the spy. A container
 * that shares this namespace mounts such a procfs, and the path may lead to it.
 */
static int is_our_proc(const char *path)
{
	char self[PATH_MAX + 8], target[32];
	ssize_t length;

	snprintf(self, sizeof(self), "%s/self", path);
	length = readlink(self, target, sizeof(target) - 1);
	if (length < 0)
		return 0;
	target[length] = '\0';
	return atoi(target) == getpid();
}

/* Reports a link in /proc that leads to a file of the host. Sockets and pipes have no path. */
static void look_at(const char *pid, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	struct stat status;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return;
	target[length] = '\0';
	if (is_our_proc(path) ||
	    equal(target, "anon_inode:[fscontext]")) /* a procfs is made of this */
		return;
	/* Look at the file last: the process may end at any time. */
	if (stat(path, &status) < 0 || is_ours(equal(name, "root") ? "/" : target, &status))
		return;
	if (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode) ||
	    strncmp(target, "anon_inode", 10) == 0)
		report(pid, name, target);
}

static void look_at_descriptors(const char *pid)
{
	char path[64], name[64];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	directory = opendir(path);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		snprintf(name, sizeof(name), "fd/%.20s", entry->d_name);
		if (atoi(entry->d_name) >
		    STDERR_FILENO) /* the standard streams may be the host's */
			look_at(pid, name);
	}
	if (directory)
		closedir(directory);
}

static void look_at_environment(const char *pid, const char *secret)
{
	char path[64], text[65536];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
	fd = open(path, O_RDONLY);
	length = fd < 0 ? 0 : read(fd, text, sizeof(text));
	if (fd >= 0)
		close(fd);
	if (length > 0 && memmem(text, (size_t)length, secret, strlen(secret)))
		report(pid, "environ", secret);
}

/* PID 1 and the spy belong to the container. Other processes come in from outside for a moment. */
static int spy(char **argv)
{
	const char *until = argv[0], *secret = argv[1];
	char self[16];

	snprintf(self, sizeof(self), "%d", getpid());
	while (access(until, F_OK) < 0 && found < MOST) {
		DIR *proc = opendir("/proc");

		if (!proc)
			die("/proc");
		for (struct dirent *entry; (entry = readdir(proc));) {
			const char *pid = entry->d_name;

			if (!isdigit((unsigned char)pid[0]) || equal(pid, "1") || equal(pid, self))
				continue;
			look_at_descriptors(pid);
			look_at(pid, "root");
			look_at(pid, "cwd");
			look_at_environment(pid, secret);
		}
		closedir(proc);
	}
	puts("done");
	return found ? NO : YES;
}

const struct command spy_commands[] = {
	{ "spy", "FILE TEXT",
	  "until FILE is there: files of others that are not in /, and TEXT in their environment",
	  spy, 2, 2 },
	{ 0 },
};
