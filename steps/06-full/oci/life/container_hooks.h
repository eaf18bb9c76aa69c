/*
 * Chapter 6: the hooks that run when the namespaces are made and the new root is not entered yet.
 */
#ifndef STEPS_CONTAINER_HOOKS_H
#define STEPS_CONTAINER_HOOKS_H

#include "container.h"

/*
 * True if `create` stops for hooks after it has made the namespaces, before it enters the new root.
 */
bool container_has_hooks(const struct container *container);

/*
 * In the container: keeps the state for its hooks, with the pid of this process. Returns 0 or -1.
 */
int container_set_state(struct container *container, const char *text);

/*
 * In the container, before its root is entered: lets the host side run its hooks, and runs those of
 * the container, in the new root's directory, as runC does. Returns 0 or -1.
 */
int container_run_hooks(struct container *container, int root);

#endif
