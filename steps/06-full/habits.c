#include "habits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static const struct {
	const char *verb, *advice;
} habits[] = {
	{ "attach", "`step-06 run -ti` and `start -ai` stay at the container's terminal" },
	{ "exec",
	  "./step-06-oci has it, for containers that it has made: steps/06-full/lifecycle.md" },
	{ "login", "skopeo login, whose passwords `pull` and `push` use" },
	{ "logs", "what a container prints is on the terminal of `step-06 run`" },
	{ "ls", "`step-06 ps -a`; ./step-06-oci list, for containers that it has made" },
	{ "network", "`step-06 run --network` has bridge, none and host" },
	{ "pause", "./step-06-oci has it, for containers that it has made" },
	{ "restart", "`step-06 start -a`" },
	{ "search", "skopeo list-tags docker://NAME lists the tags of an image" },
	{ "stats", "./step-06-oci events --stats, for containers that it has made" },
	{ "top", "./step-06-oci ps, for containers that it has made" },
	{ "unpause", "./step-06-oci resume, for containers that it has made" },
	{ "update", "./step-06-oci has it, for containers that it has made" },
	{ "version", "./step-06-oci --version" },
	{ "volume", "`step-06 run --volume` binds a directory of the host" },
};

int habits_refuse_verb(const char *verb, const char *nearest)
{
	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (strcmp(verb, habits[i].verb) == 0)
			return fail_input("%s: not a verb of step-06; %s", verb, habits[i].advice);
	if (nearest)
		return fail_input("%s: unknown verb; do you mean %s?", verb, nearest);
	return fail_input("%s: unknown verb; step-06 --help lists them", verb);
}

/* True for a shell without arguments, which reads its commands from standard input. */
static bool is_bare_shell(char *const *argv)
{
	const char *name;

	if (!argv)
		return true; /* the default is a shell */
	name = basename(argv[0]);
	return !argv[1] &&
		(strcmp(name, "sh") == 0 || strcmp(name, "ash") == 0 || strcmp(name, "bash") == 0);
}

void habits_warn_of_input(const struct config *config)
{
	if (!config->console.interactive && isatty(STDIN_FILENO) &&
	    is_bare_shell(config->command.argv))
		fail_warn("without -i a shell reads end-of-file, and ends at once: take -ti");
}
