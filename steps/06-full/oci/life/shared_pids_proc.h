/*
 * Chapter 6: a procfs of a PID namespace that is another container's.
 *
 * A procfs shows the PID namespace of the process that mounts it. But a process in there can be
 * looked at from there: whoever has CAP_SYS_PTRACE opens its root, its working directory and its
 * descriptors by way of /proc/PID. So a helper goes in that has nothing of the host's, and hands
 * the mount over.
 *
 * Source: proc(5); pid_namespaces(7); PTRACE_MODE_READ_FSCREDS of ptrace(2).
 */
#ifndef STEPS_SHARED_PIDS_PROC_H
#define STEPS_SHARED_PIDS_PROC_H

#include "container.h"

/*
 * In the container's mount namespace, while `root`, its new root, is attached nowhere yet, and so
 * leads nowhere: makes the mounts of type "proc", for mounts_attach(). Returns 0 or -1.
 */
int shared_pids_proc_open(struct container *container, int root);

#endif
