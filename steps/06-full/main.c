/* Step 06: a container runtime. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_options.h"
#include "cleanup.h"
#include "console_options.h"
#include "fail.h"
#include "file.h"
#include "init_options.h"
#include "net_options.h"
#include "options.h"
#include "rights.h"
#include "rlimits_options.h"
#include "rootfs_options.h"
#include "run.h"
#include "user_options.h"
#include "userns_options.h"
#include "uts_options.h"

#define ABOUT "Run a command (default: /bin/sh) in a container."

/* step-06 run [options] [COMMAND [ARG...]] */
static int run(int argc, char **argv)
{
	static struct container container = { .uts.hostname = "testing" };
	struct capabilities_options capabilities = { 0 };
	struct seccomp_options security = { 0 };
	const struct options_part parts[] = {
		{ .group = &uts_options, .fills = &container.uts },
		{ .group = &init_options, .fills = &container.init },
		{ .group = &rootfs_options, .fills = &container.rootfs },
		{ .group = &net_options, .fills = &container.net },
		{ .group = &userns_options, .fills = &container.userns },
		{ .group = &cgroup_options, .fills = &container.cgroup },
		{ .group = &console_options, .fills = &container.console },
		{ .group = &user_options, .fills = &container.user },
		{ .group = &capabilities_options, .fills = &capabilities },
		{ .group = &seccomp_options, .fills = &security },
		{ .group = &rlimits_options, .fills = &container.rlimits },
		{ .group = &command_options, .fills = &container.command },
		{ NULL, NULL },
	};
	char **command;

	if (geteuid() != 0)
		container.net.mode = NET_NONE; /* all that one may have without root */
	if (options_parse(argc, argv, ABOUT, parts, &container.command) < 0)
		return -1;
	command = container.command.argv;
	if (command && **command != '/')
		return fail_input("%s: a command begins with /, as in /bin/sh", *command);
	if (rights_choose(&container, &capabilities, &security) < 0)
		return -1;
	return container_run(&container);
}

static const struct {
	const char *name, *about;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "run", ABOUT, run },
};

static int print_help(void)
{
	printf("Usage: step-06 [VERB [OPTION...] ...]\n"
	       "A container runtime. Without a verb: a shell in a container.\n\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		printf("  %-10s %s\n", verbs[i].name, verbs[i].about);
	printf("\n`step-06 VERB --help` lists the options of one.\n");
	return fflush(stdout) < 0 ? fail("write the help") : 0;
}

static int run_verb(int argc, char **argv)
{
	static char name[] = "step-06 run", terminal[] = "-ti", input[] = "-i";
	char *shell[] = { name, isatty(STDIN_FILENO) ? terminal : input, NULL };

	if (argc == 1)
		return run(2, shell);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name) == 0) {
			argv[1] = name;
			return verbs[i].run(argc - 1, argv + 1);
		}
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)
		return print_help();
	return fail_input("%s: unknown verb; step-06 --help lists them", argv[1]);
}

int main(int argc, char **argv)
{
	int status;

	if (file_reserve_standard() < 0)
		return fail_report();
	if (rootfs_close_callers() < 0)
		return fail_report();
	status = run_verb(argc, argv);
	return status < 0 ? fail_report() : status;
}
