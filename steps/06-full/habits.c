#include "habits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#define NO_IMAGES                                                                                  \
	"there are no images yet: --rootfs DIR takes the directory of a root file system, "        \
	"and the first word is the command"

static const struct {
	const char *verb, *advice;
} habits[] = {
	{ "attach", "`step-06 run -ti` stays at the container's terminal" },
	{ "build", NO_IMAGES },
	{ "commit", NO_IMAGES },
	{ "create", "./step-06-oci has it: steps/06-full/lifecycle.md" },
	{ "exec",
	  "./step-06-oci has it, for containers that it has made: steps/06-full/lifecycle.md" },
	{ "images", NO_IMAGES },
	{ "inspect", "./step-06-oci state, for containers that it has made" },
	{ "kill", "./step-06-oci has it, for containers that it has made; Ctrl-C ends a `run`" },
	{ "logs", "what a container prints is on the terminal of `step-06 run`" },
	{ "ls", "./step-06-oci list, for containers that it has made" },
	{ "pause", "./step-06-oci has it, for containers that it has made" },
	{ "ps", "./step-06-oci list shows containers, ./step-06-oci ps ID the processes of one" },
	{ "pull", NO_IMAGES },
	{ "restart", "a container that has ended is gone: run it anew" },
	{ "rm",
	  "`step-06 run` leaves nothing; ./step-06-oci delete, for containers that it has made" },
	{ "start", "./step-06-oci has it: steps/06-full/lifecycle.md" },
	{ "stats", "./step-06-oci events --stats, for containers that it has made" },
	{ "stop", "./step-06-oci kill, for containers that it has made; Ctrl-C ends a `run`" },
	{ "top", "./step-06-oci ps, for containers that it has made" },
	{ "unpause", "./step-06-oci resume, for containers that it has made" },
	{ "update", "./step-06-oci has it, for containers that it has made" },
	{ "version", "./step-06-oci --version" },
};

int habits_refuse_verb(const char *verb, const char *nearest)
{
	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (strcmp(verb, habits[i].verb) == 0)
			return fail_input("%s: not a verb of step-06, which has `run` alone; %s",
					  verb, habits[i].advice);
	if (*verb == '-')
		return fail_input("%s: unknown option; step-06 --help lists the verbs", verb);
	if (nearest)
		return fail_input("%s: unknown verb; do you mean %s?", verb, nearest);
	return fail_input("%s: unknown verb; step-06 --help lists them; `step-06 run %s` runs a "
			  "command",
			  verb, verb);
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

int habits_explain(const struct config *config)
{
	struct failure failure = *fail_get();
	const char *name = config->command.argv ? config->command.argv[0] : "/";
	const size_t cause = strcspn(failure.text, ";"); /* this hint replaces an earlier one */

	if (failure.status != STATUS_NOT_FOUND || *name == '/' || *name == '.')
		return -1;
	fail_forget();
	snprintf(failure.text + cause, sizeof(failure.text) - cause, "; %s", NO_IMAGES);
	return fail_set(&failure);
}
