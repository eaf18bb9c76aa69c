/* Chapter 6: the rights that several options decide together. */
#ifndef STEPS_RIGHTS_H
#define STEPS_RIGHTS_H

#include "capabilities_options.h"
#include "config.h"
#include "seccomp_options.h"

/*
 * Fills in the capabilities, the seccomp filter, the paths and, for --privileged, the devices.
 * Returns 0 or -1.
 */
int rights_choose(struct config *config, const struct capabilities_options *capabilities,
		  const struct seccomp_options *security);

#endif
