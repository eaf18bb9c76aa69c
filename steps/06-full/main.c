/* Step 06: a container runtime. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_options.h"
#include "console_options.h"
#include "fail.h"
#include "file.h"
#include "habits.h"
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
#include "verb.h"

#define ABOUT "Run a command (default: /bin/sh) in a container."

/* step-06 run [options] [COMMAND [ARG...]] */
static int run(const struct runtime *none, const struct verb *verb, char **words)
{
	static char name[] = "step-06 run";
	static struct run wanted = { .container.config.uts.hostname = "testing" };
	struct config *config = &wanted.container.config;
	struct capabilities_options capabilities = { 0 };
	struct seccomp_options security = { 0 };
	const struct options_part parts[] = {
		{ .group = &uts_options, .fills = &config->uts },
		{ .group = &init_options, .fills = &config->init },
		{ .group = &rootfs_options, .fills = &config->rootfs },
		{ .group = &net_options, .fills = &wanted.net },
		{ .group = &userns_options, .fills = &config->userns },
		{ .group = &cgroup_options, .fills = &config->cgroup },
		{ .group = &console_options, .fills = &config->console },
		{ .group = &user_options, .fills = &config->user },
		{ .group = &capabilities_options, .fills = &capabilities },
		{ .group = &seccomp_options, .fills = &security },
		{ .group = &rlimits_options, .fills = &config->rlimits },
		{ .group = &command_options, .fills = &config->command },
		{ NULL, NULL },
	};
	int status, count = 0;

	(void)none;
	(void)verb;
	while (words[count])
		count++;
	words[0] = name; /* in the texts of --help and --usage */
	if (geteuid() != 0)
		wanted.net.mode = NET_NONE; /* without root, no other network can be made */
	if (options_parse(count, words, ABOUT, parts, &config->command) < 0)
		return -1;
	if (rights_choose(config, &capabilities, &security) < 0)
		return -1;
	habits_warn_of_input(config);
	status = run_container(&wanted);
	return status < 0 ? habits_explain(config) : status;
}

static const struct verb verb_run = { "run", "", ABOUT, STATUS_FAILED, run };
static const struct verb *const verbs[] = { &verb_run, NULL };

static int print_help(void)
{
	printf("Usage: step-06 [VERB [OPTION...] ...]\n"
	       "A container runtime. Without a verb: a shell in a container.\n\n");
	verb_print_all(verbs);
	printf("\n`step-06 VERB --help` lists the options of one.\n");
	return fflush(stdout) < 0 ? fail("write the help") : 0;
}

static int run_verb(char **words)
{
	static char run_word[] = "run", terminal[] = "-ti", input[] = "-i";
	char *shell[] = { run_word, isatty(STDIN_FILENO) ? terminal : input, NULL };
	const struct verb *verb;

	if (!*words)
		words = shell;
	verb = verb_find(verbs, *words);
	if (verb)
		return verb->run(NULL, verb, words);
	if (strcmp(*words, "--help") == 0 || strcmp(*words, "-?") == 0)
		return print_help();
	return habits_refuse_verb(*words, verb_nearest(verbs, *words));
}

int main(int argc, char **argv)
{
	int status;

	(void)argc;
	if (file_reserve_standard() < 0)
		return fail_report();
	if (rootfs_close_callers() < 0)
		return fail_report();
	status = run_verb(argv + 1);
	return status < 0 ? fail_report() : status;
}
