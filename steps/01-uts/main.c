/* Step 01: runs a command that has a host name of its own. */
#include <sched.h>

#include "command.h"
#include "fail.h"
#include "file.h"
#include "options.h"
#include "spawn.h"
#include "uts.h"
#include "uts_options.h"

#define ABOUT "Run a command (default: /bin/sh) with a host name of its own."

/* The settings of the step: one structure for each chapter. */
struct step {
	struct uts uts;
	struct command command;
};

/* Runs in the new namespaces. Its calls are in the order that the kernel wants. */
static int inside(void *argument)
{
	struct step *step = argument;

	if (uts_set(&step->uts) < 0)
		return -1;
	return command_exec(&step->command);
}

int main(int argc, char **argv)
{
	static struct step step;
	const struct options_part parts[] = {
		{ .group = &uts_options, .fills = &step.uts },
		{ NULL, NULL },
	};
	const uint64_t namespaces = CLONE_NEWUTS;
	autochild struct child child = CHILD_NONE;
	int status;

	if (file_reserve_standard() < 0)
		return fail_report();
	if (options_parse(argc, argv, ABOUT, parts, &step.command) < 0)
		return fail_report();
	if (child_spawn(&child, namespaces, inside, &step) < 0)
		return fail_report();
	if (child_release(&child) < 0)
		return fail_report();
	status = child_wait(&child);
	return status < 0 ? fail_report() : status;
}
