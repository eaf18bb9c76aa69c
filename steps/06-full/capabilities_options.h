#ifndef STEPS_CAPABILITIES_OPTIONS_H
#define STEPS_CAPABILITIES_OPTIONS_H

#include <stdbool.h>

#include "capabilities.h"
#include "options.h"

struct capabilities_options {
	uint64_t added, dropped;
	bool privileged;		  /* the caller must remove the other protections as well */
	struct capabilities capabilities; /* the result of all three options */
};

/* --cap-add, --cap-drop and --privileged; they fill a struct capabilities_options. */
extern const struct options_group capabilities_options;

#endif
