#ifndef STEPS_INIT_OPTIONS_H
#define STEPS_INIT_OPTIONS_H

#include "options.h"

/* --init; it fills a struct init. */
extern const struct options_group init_options;

#endif
