/*
 * Chapter 6: options of Docker that say in other words what the chapters' options say: --mount as
 * --volume and --tmpfs; and --add-host, more lines of /etc/hosts.
 *
 * Source: docker-run(1).
 */
#ifndef STEPS_MORE_OPTIONS_H
#define STEPS_MORE_OPTIONS_H

#include "options.h"

/* They fill a struct rootfs. */
extern const struct options_group more_options;

#endif
