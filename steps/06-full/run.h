/*
 * Chapter 6: `step-06 run`, a container and its network for as long as one command runs.
 *
 * Article 2: Container.Run.
 */
#ifndef STEPS_RUN_H
#define STEPS_RUN_H

#include "container.h"

/*
 * Makes the container, runs its command, waits for its end, and takes away what was made.
 * Returns the command's exit status, 128+n after signal n, or -1.
 */
int container_run(struct container *container);

#endif
