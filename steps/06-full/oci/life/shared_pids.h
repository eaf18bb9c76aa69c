/*
 * Chapter 6: a container whose PID namespace is another container's.
 *
 * A process in that namespace that has CAP_SYS_PTRACE can open all that any other process there has
 * open, also its root and its working directory. So the first process of the new container, the
 * maker, stays in the runtime's PID namespace and builds the container. When nothing of the host's
 * is left in the container, a second process enters it as that of an `exec` does, and becomes the
 * command.
 *
 * Source: pid_namespaces(7), "setns(2) and unshare(2) semantics"; ptrace(2), "Ptrace access mode
 * checking".
 */
#ifndef STEPS_SHARED_PIDS_H
#define STEPS_SHARED_PIDS_H

#include "container.h"

/*
 * In the maker, whose root is the container's: sends what the command's process needs, and waits to
 * be ended. Returns -1.
 */
int shared_pids_leave(const struct container *container);

/*
 * On the host side, when the maker has been released: starts the process that becomes the command,
 * which waits for child_release(). From then on container->child is this process, and *maker is the
 * maker. Returns 0 or -1.
 */
int shared_pids_spawn(struct container *container, struct child *maker);

#endif
