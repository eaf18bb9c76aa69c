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
 * Called first of all: closes the descriptors that the caller of the runtime left open, except the
 * standard streams and `preserved` descriptors above them, which the command inherits. Returns 0 or
 * -1.
 */
int process_close_callers(unsigned int preserved);

/*
 * Returns how many descriptors, from 3 on, systemd has given the runtime for the command: sockets
 * to listen on (LISTEN_FDS, unless LISTEN_PID names another process). Source: sd_listen_fds(3).
 */
unsigned int process_listening(void);

/*
 * In the container: closes every descriptor of the runtime except those to the host side, and the
 * container's own mounts that mounts_finish() still needs. A descriptor of a directory would lead
 * back to the host, even for the moment of chdir(2) and execve(2), by way of /proc/self/fd
 * (CVE-2024-21626). The seccomp filter may refuse close_range(2), so this comes before it. Returns
 * 0 or -1.
 */
int process_close_ours(const struct container *container);

/* As process_close_ours(), but leaves `count` others open. A descriptor may be -1. */
int process_close_all_but(const struct container *container, const int *others, size_t count);

/*
 * In the container, after process_close_ours(): enters the command's directory with the rights of
 * root, which may enter directories that the user may not. If only the user may enter it,
 * process_execute() does so. Returns 0 or -1.
 */
int process_enter_directory(struct container *container);

/*
 * In the container, with lowered rights: finds the command and executes it. If the container was
 * created, tells the host side before that all is ready, and waits at the exec FIFO. Returns only
 * on failure: -1.
 */
int process_execute(struct container *container);

#endif
