/*
 * Chapter 6: the beginning and the end of each process that becomes a command in a container: of
 * its first process, and of those that `exec` adds.
 */
#ifndef STEPS_CONTAINER_EXEC_H
#define STEPS_CONTAINER_EXEC_H

#include "container.h"

/*
 * In a process that will be in the container: sets labels, personality and the session keyring.
 * These need the host's /proc, or the rights that the runtime begins with. Returns 0 or -1.
 */
int container_begin(const struct config *config);

/*
 * In the container, when its namespaces and its root have been entered: lowers the rights, and
 * executes the command. Returns only on failure: -1.
 */
int container_execute(struct container *container);

#endif
