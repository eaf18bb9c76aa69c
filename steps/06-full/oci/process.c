#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

/*
 * Closes everything but the standard streams, what the caller wants the command to have, and our
 * own ways to the host side. A descriptor of a directory would lead back there, even for the moment
 * of chdir(2) and execve(2), by /proc/self/fd (CVE-2024-21626).
 */
static int close_others(struct container *container)
{
	int *ours[] = { &container->child->socket, &container->gate.go, &container->gate.result };
	int first = STDERR_FILENO + 1 + (int)container->preserved;
	int next = first;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (*ours[i] <= 0)
			continue;
		*ours[i] = fcntl(*ours[i], F_DUPFD_CLOEXEC, 1000);
		if (*ours[i] < 0)
			return fail("fcntl F_DUPFD_CLOEXEC");
	}
	if (close_range((unsigned int)first, 999, 0) < 0)
		return fail("close_range");
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (*ours[i] <= 0)
			continue;
		*ours[i] = dup3(*ours[i], next++, O_CLOEXEC);
		if (*ours[i] < 0)
			return fail("dup3");
	}
	return close_range((unsigned int)next, UINT_MAX, 0) < 0 ? fail("close_range") : 0;
}

/* Where the process is must be below its root: what is not has a name that begins otherwise. */
static int enter_directory(const char *directory)
{
	char name[PATH_MAX];

	narrate("chdir %s", directory);
	if (chdir(directory) < 0)
		return fail("chdir to cwd %s", directory);
	if (!getcwd(name, sizeof(name)))
		return fail("getcwd in %s", directory);
	return *name == '/' ? 0 : fail_input("cwd %s: is outside of the container", directory);
}

static bool is_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	if (S_ISDIR(status.st_mode))
		errno = EISDIR;
	else if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
		return true;
	return false;
}

static int refuse(const char *name)
{
	int status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;

	if (errno == ENOENT)
		fail_input("exec: \"%s\": stat %s: no such file or directory", name, name);
	else if (errno == EACCES)
		fail_input("exec: \"%s\": permission denied", name);
	else if (errno == EISDIR)
		fail_input("exec: \"%s\": is a directory: permission denied", name);
	else
		return fail_status(status, "execve %s", name);
	return -1;
}

/* Looks for `name` in PATH, as execvp(3) would. Returns 0 and fills `path`, or -1. */
static int find(const char *name, char path[PATH_MAX])
{
	const char *directories = getenv("PATH");
	bool denied = false;

	if (strchr(name, '/')) {
		snprintf(path, PATH_MAX, "%s", name);
		return is_executable(path) ? 0 : refuse(name);
	}
	while (directories && *name) {
		size_t length = strcspn(directories, ":");

		snprintf(path, PATH_MAX, "%.*s/%s", (int)length, length ? directories : ".", name);
		if (is_executable(path))
			return 0;
		denied = denied || errno == EACCES;
		if (!directories[length])
			break;
		directories += length + 1;
	}
	if (denied)
		return fail_input("exec: \"%s\": permission denied", name);
	return fail_input("exec: \"%s\": executable file not found in $PATH", name);
}

int process_execute(struct container *container)
{
	const struct command *command = &container->command;
	char path[PATH_MAX];

	if (close_others(container) < 0)
		return -1;
	if (enter_directory(command->workdir ? command->workdir : "/") < 0)
		return -1;
	environ = command->environment;
	if (find(command->argv[0], path) < 0)
		return -1;
	if (container->gate.go > 0) {
		if (child_reached(container->child) < 0)
			return -1;
		if (gate_wait(&container->gate) < 0)
			return -1;
	}
	narrate("execve %s", path);
	execve(path, command->argv, environ);
	refuse(path);
	gate_report(&container->gate);
	return -1;
}
