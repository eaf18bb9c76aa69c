/*
 * Chapter 6, engine: without root, the files of a container that runs.
 *
 * Each command of the engine makes a user namespace of its own (rootless.h). From there, the
 * processes in the user namespace of another command are out of reach. The user who has made both
 * namespaces has all rights in both, but only from the namespace above. So a process stays there,
 * and opens what this one asks for.
 *
 * Source: user_namespaces(7), "Capabilities"; ptrace(2), "Ptrace access mode checking".
 */
#ifndef STEPS_OUTSIDE_H
#define STEPS_OUTSIDE_H

#include <sys/types.h>

/*
 * Starts the process, unless this one is root. It ends with this one. Returns a socket; 0: it is
 * not needed; or -1.
 */
int outside_begin(void);

/* Opens the root directory of a process; `outside` as returned. Returns a descriptor or -1. */
int outside_open_root(int outside, pid_t pid);

#endif
