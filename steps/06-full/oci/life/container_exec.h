/*
 * Chapter 6: the beginning and the end of each process that becomes a command in a container: of
 * its first process, and of those that `exec` adds.
 */
#ifndef STEPS_CONTAINER_EXEC_H
#define STEPS_CONTAINER_EXEC_H

#include "container.h"

/*
 * In a process that will be in the container: what needs the host's /proc, or the rights that we
 * begin with: labels, personality, the session keyring. Returns 0 or -1.
 */
int container_begin(const struct config *config);

/*
 * In the container, whose namespaces and root have been entered: becomes the command, after it has
 * lowered its rights. Returns only on failure: -1.
 */
int container_execute(struct container *container);

#endif
