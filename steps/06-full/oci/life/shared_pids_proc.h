/*
 * Chapter 6: a procfs of a PID namespace that is another container's.
 *
 * A procfs shows the PID namespace of the process that mounts it, so a process has to enter that
 * namespace. But every process in it with CAP_SYS_PTRACE can open another one's root, working
 * directory and descriptors by way of /proc/PID. So the process that enters is a helper that has
 * nothing of the host's, and that sends the mount back.
 *
 * Source: proc(5); pid_namespaces(7); PTRACE_MODE_READ_FSCREDS of ptrace(2).
 */
#ifndef STEPS_SHARED_PIDS_PROC_H
#define STEPS_SHARED_PIDS_PROC_H

#include "container.h"

/*
 * In the container's mount namespace, while `root`, its new root, is not attached anywhere, so that
 * no path leads out of it: makes the mounts of type "proc", for mounts_attach(). Returns 0 or -1.
 */
int shared_pids_proc_open(struct container *container, int root);

#endif
