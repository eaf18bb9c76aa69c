/*
 * Chapter 2: a /proc of its own.
 *
 * Source: pid_namespaces(7), "/proc and PID namespaces"; proc(5).
 * Article 1: RunContainerInitProcess. Article 2: Mounts, Destination "/proc".
 */
#ifndef STEPS_PROC_H
#define STEPS_PROC_H

/*
 * Mounts a /proc that shows the PID namespace of this process, below the directory `root`, with
 * nosuid, nodev and noexec. Returns 0 or -1.
 */
int proc_mount(int root);

#endif
