/*
 * Chapter 6: paths of a configuration that lead through descriptors, such as /proc/self/fd/3.
 *
 * Source: proc_pid_fd(5); openat2(2), RESOLVE_NO_MAGICLINKS; --preserve-fds of runC.
 */
#ifndef STEPS_PRESERVE_FDS_H
#define STEPS_PRESERVE_FDS_H

#include <stdbool.h>

/* Opens a path (O_PATH) that leads through no link of the kernel's in /proc. Returns a descriptor,
 * or -1 with errno (ELOOP: it leads through one). */
int preserve_fds_open(const char *path);

/*
 * Refuses a path that leads through a descriptor of the runtime's own: the caller meant one that it
 * has not passed on. `field` is where the path stands in the configuration. Returns 0 or -1.
 */
int preserve_fds_check(const char *field, const char *path);

#endif
