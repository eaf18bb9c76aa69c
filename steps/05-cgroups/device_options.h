#ifndef STEPS_DEVICE_OPTIONS_H
#define STEPS_DEVICE_OPTIONS_H

#include <argp.h>

#include "device.h"

/* Adds the rule and the node that the value of --device asks for. Returns 0, or an errno. */
error_t device_add_option(struct devices *devices, const char *value);

#endif
