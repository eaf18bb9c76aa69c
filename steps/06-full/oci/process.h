/*
 * Chapter 6: the command of a container, as OCI runtimes treat it.
 *
 * It is looked for when the container is created, so that the engine can say what is wrong; and it
 * is executed when it is started. The messages are those that engines look for.
 *
 * Source: execve(2); process in config.md of the OCI runtime specification; runC's messages.
 */
#ifndef STEPS_PROCESS_H
#define STEPS_PROCESS_H

#include "container.h"

/*
 * In the container, with lowered rights: closes all descriptors but those of the command, goes to
 * its directory, finds it, tells the host side that all is ready, waits at the gate, and executes
 * it. Returns only on failure: -1.
 */
int process_execute(struct container *container);

#endif
