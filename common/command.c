#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

static char shell[] = "/bin/sh";

int command_set_variable(struct command *command, char *variable)
{
	size_t name = strcspn(variable, "=") + 1;
	size_t count = 0;
	char **grown;

	for (; command->environment && command->environment[count]; count++) {
		if (strncmp(command->environment[count], variable, name) == 0) {
			command->environment[count] = variable;
			return 0;
		}
	}
	grown = reallocarray(command->environment, count + 2, sizeof(*grown));
	if (!grown)
		return fail("reallocarray");
	grown[count] = variable;
	grown[count + 1] = NULL;
	command->environment = grown;
	return 0;
}

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
