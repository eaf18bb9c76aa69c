#ifndef STEPS_USERNS_OPTIONS_H
#define STEPS_USERNS_OPTIONS_H

#include "options.h"

/* --userns; it fills a struct userns. */
extern const struct options_group userns_options;

#endif
