/*
 * Chapter 6: the verbs of step-06-oci, each in a file of its own.
 *
 * Source: runC's man pages; runtime.md of the OCI runtime specification, "Operations".
 */
#ifndef STEPS_VERBS_H
#define STEPS_VERBS_H

#include "cgroup_path.h"
#include "log.h"
#include "verb.h"

/* The settings that the options before the verb fill. */
struct runtime {
	const char *root; /* the directory of all states */
	enum cgroup_manager manager;
	struct log log;
};

extern const struct verb verb_create, verb_start, verb_run, verb_state, verb_list, verb_ps,
	verb_kill, verb_pause, verb_resume, verb_exec, verb_update, verb_events, verb_delete,
	verb_spec, verb_features, verb_checkpoint, verb_restore;

#endif
