#include "command.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

static char shell[] = "/bin/sh";

bool command_is_variable(const char *text)
{
	return *text != '=' && strchr(text, '=');
}

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

/* Compares the names of two variables, up to the "=" or the end. */
static int compare_names(const void *one, const void *other)
{
	const char *a = one, *b = other;
	size_t a_length = strcspn(a, "="), b_length = strcspn(b, "=");
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

static void keep(void *name)
{
	(void)name;
}

int command_keep_last(char **environment)
{
	void *seen = NULL;
	size_t count = 0, kept;

	while (environment && environment[count])
		count++;
	kept = count;
	for (size_t i = count; i > 0; i--) {
		char *const *first = tsearch(environment[i - 1], &seen, compare_names);

		if (!first) {
			tdestroy(seen, keep);
			return fail("tsearch");
		}
		if (*first == environment[i - 1])
			environment[--kept] = environment[i - 1];
	}
	tdestroy(seen, keep);
	if (kept > 0)
		memmove(environment, environment + kept, (count - kept + 1) * sizeof(*environment));
	return 0;
}

bool command_has_home(const struct command *command)
{
	char *const *variable = command->environment;

	while (variable && *variable && strncmp(*variable, "HOME=", strlen("HOME=")) != 0)
		variable++;
	return command->home_asked && variable && *variable && (*variable)[strlen("HOME=")];
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
