#ifndef STEPS_UTS_OPTIONS_H
#define STEPS_UTS_OPTIONS_H

#include "options.h"

/* --hostname and --domainname; they fill a struct uts. */
extern const struct options_group uts_options;

#endif
