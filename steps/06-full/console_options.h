#ifndef STEPS_CONSOLE_OPTIONS_H
#define STEPS_CONSOLE_OPTIONS_H

#include "options.h"

/* --tty and --interactive; they fill a struct console. */
extern const struct options_group console_options;

#endif
