/*
 * Chapter 6: the verbs that make containers run: `run`, `create` and `start`.
 *
 * Each reads the options that the chapters have added. With an image, the engine gives the runtime
 * the root file system and the defaults. Without one, the options say all.
 */
#ifndef STEPS_LAUNCH_H
#define STEPS_LAUNCH_H

#include "container_options.h"
#include "run.h"
#include "verb.h"

/* The options of a command line. */
struct launch {
	struct run run;
	struct container_options options;
	const char *image; /* NULL: the root file system is a directory */
};

/*
 * Reads the options and operands; `words` begin with the verb. `is_root`: the program was started
 * by root, who may make networks and use devices. Returns 0 or -1.
 */
int launch_read(const char *about, char **words, bool is_root, struct launch *launch);

/* Runs the container that the options, or an image, have described. Returns its status or -1. */
int launch_run(struct launch *launch);

extern const struct verb engine_run, engine_create, engine_start;

#endif
