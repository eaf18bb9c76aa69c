#ifndef STEPS_USER_OPTIONS_H
#define STEPS_USER_OPTIONS_H

#include "options.h"

/* --user and --group-add; they fill a struct user. */
extern const struct options_group user_options;

#endif
