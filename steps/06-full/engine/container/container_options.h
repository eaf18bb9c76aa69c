/*
 * Chapter 6, engine: the options of `run` and `create` that concern images and records.
 *
 * Source: docker-run(1).
 */
#ifndef STEPS_CONTAINER_OPTIONS_H
#define STEPS_CONTAINER_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "command.h"
#include "options.h"

enum pull { PULL_MISSING, PULL_ALWAYS, PULL_NEVER };

struct container_options {
	const char *store; /* its directory; NULL: the default one */
	const char *name;
	const char *entrypoint; /* NULL: the image's; "": none */
	const char *cidfile;
	const char *stop_signal;    /* for `stop`; NULL: the image's, or TERM */
	json_t *labels;		    /* an object; NULL: none */
	struct command environment; /* only its `environment` counts: the variables of --env-file */
	enum pull pull;
	bool remove;
	bool again; /* the caller sets it: for `start`, which has the environment already */
};

extern const struct options_group container_options;

#endif
