#include "output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

char *output_aside(const char *path)
{
	struct stat status;
	char *aside;

	if (!path || (stat(path, &status) == 0 && !S_ISREG(status.st_mode)))
		return NULL;
	return asprintf(&aside, "%s.new", path) < 0 ? NULL : aside;
}

int output_open(const char *path, struct output *output)
{
	const char *name = path ? path : "standard output";

	output->path = path;
	output->aside = output_aside(path);
	if (path)
		output->fd = open(output->aside ? output->aside : path,
				  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	else
		output->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (output->fd < 0)
		return fail("open %s", name);
	return isatty(output->fd) ? fail_input("%s is a terminal: take -o FILE, or a pipe", name)
				  : 0;
}

int output_finish(struct output *output)
{
	if (!output->aside)
		return 0;
	if (rename(output->aside, output->path) < 0)
		return fail("rename %s", output->aside);
	free(output->aside);
	output->aside = NULL;
	return 0;
}

void output_close(struct output *output)
{
	cleanup_fd(&output->fd);
	if (output->aside)
		unlink(output->aside);
	free(output->aside);
	output->aside = NULL;
}
