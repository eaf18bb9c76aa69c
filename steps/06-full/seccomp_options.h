#ifndef STEPS_SECCOMP_OPTIONS_H
#define STEPS_SECCOMP_OPTIONS_H

#include <stdbool.h>

#include "options.h"

struct seccomp_options {
	bool unconfined;       /* no filter for system calls */
	bool paths_unconfined; /* no masked and no read-only paths */
	bool no_new_privileges;
};

/* --security-opt; it fills a struct seccomp_options. */
extern const struct options_group seccomp_options;

#endif
