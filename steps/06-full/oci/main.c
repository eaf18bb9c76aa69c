/* Step 06: the OCI runtime that Podman, containerd and Docker can call in the place of runC. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "file.h"
#include "protect.h"
#include "state.h"
#include "verbs.h"

static const struct verb *const verbs[] = {
	&verb_create, &verb_start,  &verb_run,	  &verb_state, &verb_list,
	&verb_ps,     &verb_exec,   &verb_kill,	  &verb_pause, &verb_resume,
	&verb_update, &verb_events, &verb_delete, &verb_spec,  &verb_features,
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void print_version(void)
{
	printf("step-06-oci version 1.0.0\ncommit: workbook\nspec: 1.2.0\n");
}

static void print_help(const struct verb_option *options)
{
	printf("Usage: step-06-oci [options] VERB [options] ...\nAn OCI runtime.\n\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-10s %-34s %s\n", verbs[i]->name, verbs[i]->operands, verbs[i]->about);
	printf("\n");
	verb_print_options(options);
}

static int read_manager(struct runtime *runtime, const char *name)
{
	static const char *const names[] = {
		[MANAGER_CGROUPFS] = "cgroupfs",
		[MANAGER_SYSTEMD] = "systemd",
		[MANAGER_NONE] = "disabled",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		runtime->manager = (enum cgroup_manager)i;
		if (strcmp(name, names[i]) == 0)
			return 0;
	}
	return fail_input("--cgroup-manager %s: must be cgroupfs, systemd or disabled", name);
}

/* Returns the words from the verb on; NULL: there is nothing to do, or something is wrong. */
static char **read_options(struct runtime *runtime, char **argv)
{
	const char *format = "text", *manager = NULL;
	bool version = false, systemd = false;
	const struct verb_option options[] = {
		{ "root", VALUE_TEXT, &runtime->root, "the directory of the states" },
		{ "log", VALUE_TEXT, &runtime->log.path, "a file for messages, too" },
		{ "log-format", VALUE_TEXT, &format, "of that file: text or json" },
		{ "debug", VALUE_NONE, &runtime->log.debug,
		  "tell each step, in the log or on standard error" },
		{ "systemd-cgroup", VALUE_NONE, &systemd, "the same as --cgroup-manager=systemd" },
		{ "cgroup-manager", VALUE_TEXT, &manager,
		  "who makes cgroups: cgroupfs (we), systemd, disabled" },
		{ "version v", VALUE_NONE, &version, "print the version" },
		{ NULL, VALUE_NONE, NULL, NULL },
	};
	char **words = verb_read_global(options, argv + 1, print_help);

	if (!words || log_begin(&runtime->log, format) < 0)
		return NULL;
	runtime->manager = systemd ? MANAGER_SYSTEMD : MANAGER_CGROUPFS;
	if (manager && read_manager(runtime, manager) < 0)
		return NULL;
	if (version)
		print_version();
	else if (!*words)
		fail_input("a verb is missing; --help lists them");
	return version || !*words ? NULL : words;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(name, verbs[i]->name) == 0)
			return verbs[i];
	fail_input("%s: unknown verb; --help lists them", name);
	return NULL;
}

/* What enters a container is protected; it closes our caller's descriptors before it opens a log.
 */
static int begin(const struct runtime *runtime, const struct verb *verb, char **argv)
{
	if (verb == &verb_create || verb == &verb_run || verb == &verb_exec)
		return protect_program(argv);
	return log_narrate(&runtime->log);
}

int main(int argc, char **argv)
{
	struct runtime runtime = { .root = state_default_root() };
	const struct verb *verb;
	int status = -1;
	char **words;

	(void)argc;
	if (file_reserve_standard() < 0)
		return fail_report();
	words = read_options(&runtime, argv);
	if (!words && !fail_get()->text[0])
		return fflush(stdout) == 0 ? 0 : 1;
	verb = words ? find_verb(*words) : NULL;
	if (verb && begin(&runtime, verb, argv) == 0)
		status = verb->run(&runtime, verb, words + 1);
	if (status >= 0)
		return status;
	log_write(&runtime.log, "error", fail_get()->text);
	fail_report();
	return verb ? verb->failure : 1;
}
