#include "command.h"

#include <errno.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

static char shell[] = "/bin/sh";

int command_exec(const struct command *command)
{
	char *default_argv[] = { shell, NULL };
	char **argv = command->argv ? command->argv : default_argv;

	if (command->environment)
		environ = command->environment;
	if (command->workdir) {
		narrate("chdir %s", command->workdir);
		if (chdir(command->workdir) < 0)
			return fail("chdir %s", command->workdir);
	}
	narrate("execve %s", argv[0]);
	execvp(argv[0], argv);
	return fail_status(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "execve %s",
			   argv[0]);
}
