/* Step 06: the OCI runtime that Podman, containerd and Docker can call in the place of runC. */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "file.h"
#include "self_exe.h"
#include "state.h"
#include "verbs.h"

static const struct verb *const verbs[] = {
	&verb_create, &verb_start, &verb_run,	   &verb_state,	     &verb_list,    &verb_ps,
	&verb_exec,   &verb_kill,  &verb_pause,	   &verb_resume,     &verb_update,  &verb_events,
	&verb_delete, &verb_spec,  &verb_features, &verb_checkpoint, &verb_restore, NULL,
};

static void print_help(const struct verb_option *options)
{
	printf("Usage: step-06-oci [options] VERB [options] ...\nAn OCI runtime.\n\n");
	verb_print_all(verbs);
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

/* Returns the words from the verb on; NULL: there is nothing left to do, or a failure. */
static char **read_options(struct runtime *runtime, char **argv)
{
	const char *format = "text", *manager = NULL, *ignored = NULL;
	bool version = false, systemd = false;
	const struct verb_option options[] = {
		{ "root", 0, "DIR", VALUE_TEXT, &runtime->root,
		  "Keep the containers' states in this directory" },
		{ "log", 0, "FILE", VALUE_TEXT, &runtime->log.path,
		  "Write errors and warnings to this file" },
		{ "log-format", 0, "FORMAT", VALUE_TEXT, &format, "Write the log as text or json" },
		{ "debug", 0, NULL, VALUE_NONE, &runtime->log.debug,
		  "Tell each kernel operation, in the log or on stderr" },
		{ "systemd-cgroup", 0, NULL, VALUE_NONE, &systemd, "As --cgroup-manager=systemd" },
		{ "cgroup-manager", 0, "MANAGER", VALUE_TEXT, &manager,
		  "Have cgroups made by cgroupfs (this program), systemd, or disabled" },
		{ "rootless", 0, "BOOL", VALUE_TEXT, &ignored,
		  "Ignored: the runtime finds out what it may do" },
		{ "criu", 0, "PATH", VALUE_TEXT, &ignored, "Ignored: there are no checkpoints" },
		{ "version", 'v', NULL, VALUE_NONE, &version, "Print the version" },
		{ 0 },
	};
	char **words = verb_read_global(options, argv + 1, print_help);

	if (!words || log_begin(&runtime->log, format) < 0)
		return NULL;
	runtime->manager = systemd ? MANAGER_SYSTEMD : MANAGER_CGROUPFS;
	if (manager && read_manager(runtime, manager) < 0)
		return NULL;
	if (version)
		printf("step-06-oci version 1.0.0\ncommit: workbook\nspec: 1.3.0\n");
	else if (!*words)
		fail_input("a verb is missing; --help lists them");
	return version || !*words ? NULL : words;
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb = verb_find(verbs, name);
	const char *nearest = verb ? NULL : verb_nearest(verbs, name);

	if (nearest)
		fail_input("%s: unknown verb; do you mean %s?", name, nearest);
	else if (!verb)
		fail_input("%s: unknown verb; --help lists them", name);
	return verb;
}

/* Protects the program if it enters a container: self_exe.h. Such a verb opens the log later. */
static int begin(const struct runtime *runtime, const struct verb *verb, char **argv)
{
	if (verb == &verb_create || verb == &verb_run || verb == &verb_exec)
		return self_exe_protect(argv);
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
		status = verb->run(&runtime, verb, words);
	if (status >= 0)
		return status;
	log_write(&runtime.log, "error", fail_get()->text);
	fail_report();
	return verb ? verb->failure : 1;
}
