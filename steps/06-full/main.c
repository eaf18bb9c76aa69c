/* Step 06: a container engine, and the runtime below it. */
#include <stdio.h>
#include <unistd.h>

#include "build.h"
#include "engine.h"
#include "fail.h"
#include "file.h"
#include "habits.h"
#include "launch.h"
#include "rootfs.h"
#include "verb.h"

static const struct verb *const verbs[] = {
	&engine_run,	 &engine_create,    &engine_start,
	&engine_ps,	 &engine_rm,	    &engine_rename,
	&engine_inspect, &engine_diff,	    &engine_export,
	&engine_commit,	 &engine_container, &engine_images,
	&engine_pull,	 &engine_push,	    &engine_import,
	&engine_load,	 &engine_save,	    &engine_history,
	&engine_tag,	 &engine_rmi,	    &engine_image,
	&engine_stop,	 &engine_kill,	    &engine_cp,
	&engine_system,	 &engine_build,	    NULL,
};

static void print_help(const struct verb_option *options)
{
	printf("Usage: step-06 [options] [VERB [options] ...]\n"
	       "A container engine. Without a verb: a shell in a container.\n\n");
	verb_print_all(verbs);
	printf("\n");
	verb_print_options(options);
	printf("\n`step-06 VERB --help` lists the options of one.\n");
}

static int run_verb(char **words)
{
	static char run_word[] = "run", terminal[] = "-ti", input[] = "-i";
	char *shell[] = { run_word, isatty(STDIN_FILENO) ? terminal : input, NULL };
	struct runtime runtime = { 0 };
	const struct verb_option options[] = { ENGINE_STORE(&runtime.store), { 0 } };
	const struct verb *verb;

	words = verb_read_global(options, words, print_help);
	if (!words)
		return -1;
	if (!*words)
		words = shell;
	verb = verb_find(verbs, *words);
	if (verb)
		return verb->run(&runtime, verb, words);
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
