/*
 * Chapter 6: the command of a container: its working directory, its descriptors and its execve(2).
 *
 * With config->engine_messages the command is looked up when the container is created, so that the
 * engine can say what is wrong. The messages are those that engines look for.
 *
 * Source: execve(2); process in config.md of the OCI runtime specification; runC's messages.
 */
#ifndef STEPS_PROCESS_H
#define STEPS_PROCESS_H

#include "container.h"

/*
 * First of all: closes what our caller left open, but for the standard streams and so many
 * descriptors above them, which the command shall inherit. Returns 0 or -1.
 */
int process_close_callers(unsigned int preserved);

/*
 * How many descriptors, from 3 on, systemd has given us for the command: sockets that it listens on
 * (LISTEN_FDS, unless LISTEN_PID is another's). Source: sd_listen_fds(3).
 */
unsigned int process_listening(void);

/*
 * In the container: closes every descriptor of the runtime but the ways to the host side, and the
 * container's own mounts that mounts_finish() still needs. A descriptor of a directory would lead
 * back to the host, even for the moment of chdir(2) and execve(2), by way of /proc/self/fd
 * (CVE-2024-21626). The filter for system calls may not know close_range(2), so this comes before
 * it. Returns 0 or -1.
 */
int process_close_ours(const struct container *container);

/* The same, but `count` more stay open: -1 is none. */
int process_close_all_but(const struct container *container, const int *others, size_t count);

/*
 * In the container, after that: goes to the command's directory, with the rights of root, who may
 * enter what the user may not. Where it is the other way round, process_execute() goes there.
 * Returns 0 or -1.
 */
int process_enter_directory(struct container *container);

/*
 * In the container, with lowered rights: finds the command, tells the host side that all is ready,
 * waits at the exec fifo, if the container was created, and executes it. Returns only on failure:
 * -1.
 */
int process_execute(struct container *container);

#endif
