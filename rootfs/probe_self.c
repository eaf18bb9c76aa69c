/* Commands that show what this process is: namespaces, ids, terminal, descriptors, environment. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probe.h"

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int namespaces(char **argv UNUSED)
{
	struct dirent **list;
	int count = scandir("/proc/self/ns", &list, is_visible, alphasort);

	if (count < 0)
		die("/proc/self/ns (is /proc mounted?)");
	for (int i = 0; i < count; i++) {
		char path[sizeof("/proc/self/ns/") + NAME_MAX], target[64] = "";
		unsigned int inode;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", list[i]->d_name);
		if (readlink(path, target, sizeof(target) - 1) < 0)
			die("readlink %s", path);
		if (sscanf(target, "%*[^[][%u]", &inode) == 1) /* uts:[4026531838] */
			printf("%s %u\n", list[i]->d_name, inode);
		free(list[i]);
	}
	free(list);
	return YES;
}

static int ids(char **argv UNUSED)
{
	int count = getgroups(0, NULL);
	gid_t *groups = calloc((size_t)count + 1, sizeof(*groups));

	if (count < 0 || !groups || getgroups(count, groups) != count)
		die("getgroups");
	printf("pid %d\nppid %d\npgrp %d\nsid %d\n", getpid(), getppid(), getpgrp(), getsid(0));
	printf("uid %u\neuid %u\ngid %u\negid %u\n", getuid(), geteuid(), getgid(), getegid());
	printf("groups%s", count ? "" : " none");
	for (int i = 0; i < count; i++)
		printf(" %u", groups[i]);
	puts("");
	free(groups);
	return YES;
}

static int tty(char **argv UNUSED)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int error = errno;
	int foreground = terminal >= 0 && tcgetpgrp(terminal) == getpgrp();
	struct winsize window;

	printf("stdin %s\n", isatty(STDIN_FILENO) ? "yes" : "no");
	printf("stdout %s\n", isatty(STDOUT_FILENO) ? "yes" : "no");
	printf("stderr %s\n", isatty(STDERR_FILENO) ? "yes" : "no");
	printf("controlling %s\n", terminal >= 0 ? "yes" : errno_name(error));
	printf("foreground %s\n", foreground ? "yes" : "no");
	if (terminal >= 0 && !ioctl(terminal, TIOCGWINSZ, &window))
		printf("rows %d\ncolumns %d\n", window.ws_row, window.ws_col);
	return foreground ? YES : NO;
}

/* Pushes characters into the input of the terminal, as if somebody had typed them there. */
static int type(char **argv)
{
	for (const char *next = argv[0]; *next; next++)
		if (ioctl(STDIN_FILENO, TIOCSTI, next))
			return print_result(0);
	return print_result(1);
}

/* Without /proc there is no list of the descriptors, so each number is tried. */
static int fds_without_proc(void)
{
	struct rlimit limit;
	int count = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit");
	for (int fd = 3; fd < 1 << 20 && (rlim_t)fd < limit.rlim_max; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		printf("%d unknown\n", fd);
		count++;
	}
	return count;
}

static int fds_from_proc(DIR *directory)
{
	const struct dirent *entry;
	int count = 0;

	while ((entry = readdir(directory))) {
		char target[PATH_MAX];
		int fd = atoi(entry->d_name);
		ssize_t length;

		if (fd <= STDERR_FILENO || fd == dirfd(directory))
			continue;
		length = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target));
		if (length < 0)
			die("readlink /proc/self/fd/%d", fd);
		printf("%d %.*s\n", fd, (int)length, target);
		count++;
	}
	return count;
}

static int fds(char **argv UNUSED)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = directory ? fds_from_proc(directory) : fds_without_proc();

	if (directory)
		closedir(directory);
	printf("open %d\n", count);
	return YES;
}

static int echo_args(char **argv)
{
	for (; *argv; argv++)
		printf("[%s]\n", *argv);
	return YES;
}

static int environment(char **argv UNUSED)
{
	for (char **variable = environ; *variable; variable++)
		puts(*variable);
	return YES;
}

const struct command self_commands[] = {
	{ "namespaces", "", "the namespaces of this process and their inodes", namespaces, 0, 0 },
	{ "ids", "", "pid, parent, process group, session, user, groups", ids, 0, 0 },
	{ "tty", "", "which of 0, 1, 2 are terminals; yes if we are in the foreground", tty, 0, 0 },
	{ "type", "TEXT", "type that at the terminal of standard input", type, 1, 1 },
	{ "fds", "", "the open descriptors above 2", fds, 0, 0 },
	{ "echo-args", "[ARG...]", "each argument in brackets", echo_args, 0, ANY },
	{ "env", "", "the environment", environment, 0, 0 },
	{ 0 },
};
