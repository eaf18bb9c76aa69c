#ifndef STEPS_CGROUP_OPTIONS_H
#define STEPS_CGROUP_OPTIONS_H

#include "options.h"

/* --memory, --cpus, --pids-limit, --device and the others of this chapter fill a struct cgroup. */
extern const struct options_group cgroup_options;

#endif
