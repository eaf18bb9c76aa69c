#include "process_stat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

int process_stat_read(pid_t pid, struct process_stat *stat)
{
	char path[64];
	autofree char *text = NULL;
	const char *rest;

	if (pid <= 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = file_read(path);
	if (!text)
		return errno == ENOENT || errno == ESRCH ? 1 : fail("read %s", path);
	rest = strrchr(text, ')'); /* the name of the program may contain any character */
	if (!rest ||
	    sscanf(rest,
		   ") %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%" SCNu64,
		   &stat->status, &stat->parent, &stat->flags, &stat->start_time) != 4)
		return fail_input("read %s: it has an unknown form", path);
	return 0;
}

int process_is_unexecuted(pid_t pid)
{
	struct process_stat stat = { 0 };
	int gone = process_stat_read(pid, &stat);

	if (gone)
		return gone < 0 ? -1 : 0;
	return stat.flags & PROCESS_FORKNOEXEC ? 1 : 0;
}
