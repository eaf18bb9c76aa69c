#ifndef STEPS_CAPABILITIES_OPTIONS_H
#define STEPS_CAPABILITIES_OPTIONS_H

#include <stdbool.h>

#include "capabilities.h"
#include "options.h"

struct capabilities_options {
	uint64_t added, dropped;
	bool privileged;		  /* the caller has to take away other walls as well */
	struct capabilities capabilities; /* what results */
};

/* --cap-add, --cap-drop and --privileged; they fill a struct capabilities_options. */
extern const struct options_group capabilities_options;

#endif
