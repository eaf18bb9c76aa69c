#ifndef STEPS_RLIMITS_OPTIONS_H
#define STEPS_RLIMITS_OPTIONS_H

#include "options.h"

/* --ulimit; it fills a struct rlimits. */
extern const struct options_group rlimits_options;

#endif
