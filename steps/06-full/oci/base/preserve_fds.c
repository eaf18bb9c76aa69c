#include "preserve_fds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

int preserve_fds_open(const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static bool can_open(const char *path)
{
	autofd int place = open(path, O_PATH | O_CLOEXEC);

	return place >= 0;
}

/* Descriptors that the caller has passed on through execve(2) have no FD_CLOEXEC. */
static void close_own(void)
{
	autodir DIR *list = opendir("/proc/self/fd");

	for (struct dirent *entry; list && (entry = readdir(list));) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(list) && fcntl(fd, F_GETFD) & FD_CLOEXEC)
			close(fd);
	}
}

/*
 * A child, which has its own table of descriptors, looks the path up with only the caller's
 * descriptors open. Returns 1 if the child can open the path, 0 if not, or -1.
 */
static int can_open_by_callers(const char *path)
{
	int status;
	pid_t child;

	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0) {
		close_own();
		_exit(can_open(path) ? 0 : 1);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return fail("fork");
	return status == 0;
}

int preserve_fds_check(const char *field, const char *path)
{
	autofd int place = preserve_fds_open(path);
	const int error = place < 0 ? errno : 0;
	int found;

	if (place >= 0 || !can_open(path))
		return 0; /* the function that opens the path reports that it cannot */
	errno = error;
	if (error != ELOOP)
		return fail("openat2 %s", path);
	found = can_open_by_callers(path);
	if (found)
		return found < 0 ? -1 : 0;
	return fail_input("%s: %s: no descriptor that the caller has passed on: --preserve-fds N "
			  "passes N of them, from 3 on",
			  field, path);
}
