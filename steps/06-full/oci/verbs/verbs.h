/*
 * Chapter 6: the verbs of step-06-oci, and their options.
 *
 * An option may have one hyphen or two, and its value stands behind "=" or in the next word: that
 * is how the runtimes that engines know read them.
 *
 * Source: what Podman, containerd and Docker call; runC's man pages.
 */
#ifndef STEPS_VERBS_H
#define STEPS_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup_path.h"
#include "log.h"

/* What the options before the verb say. */
struct runtime {
	const char *root; /* the directory of all states */
	enum cgroup_manager manager;
	struct log log;
};

/* A verb. It returns an exit status; or -1, for which `failure` is the exit status. */
struct verb {
	const char *name;
	const char *operands; /* "ID [SIGNAL]" */
	const char *about;
	int failure;
	int (*run)(const struct runtime *runtime, const struct verb *verb, char **argv);
};

extern const struct verb verb_create, verb_start, verb_run, verb_state, verb_list, verb_ps,
	verb_kill, verb_pause, verb_resume, verb_exec, verb_update, verb_events, verb_delete,
	verb_spec, verb_features;

enum verb_value {
	VALUE_NONE,   /* a bool, which becomes true */
	VALUE_TEXT,   /* a const char * */
	VALUE_NUMBER, /* an int64_t; -1 is one, too */
	VALUE_BYTES,  /* an int64_t; k, m or g may follow */
	VALUE_TIME,   /* an int64_t, milliseconds: "100ms", "1m30s"; "5" are seconds */
	VALUE_TEXTS,  /* a struct verb_texts, which grows with each */
};

struct verb_option {
	const char *name; /* "detach d": a name, and perhaps a letter */
	enum verb_value kind;
	void *value;
	const char *help;
};

struct verb_texts {
	const char **list; /* ends with NULL; NULL itself: empty */
	size_t count;
};

/*
 * Reads the words after the name of a verb. The options fill what their values point to, up to one
 * without a name. With `most` operands -1, any number, the options end at the first of them, for
 * the others belong to a command. "--help" prints, and ends the program.
 *
 * Returns the operands, which end with NULL; or NULL.
 */
char **verb_read(const struct verb *verb, const struct verb_option *options, char **words,
		 int least, int most);

/* The same for the options before the verb, whose help is `about`. */
char **verb_read_global(const struct verb_option *options, char **words,
			void (*help)(const struct verb_option *options));

/* Prints a line for each option. */
void verb_print_options(const struct verb_option *options);

#endif
