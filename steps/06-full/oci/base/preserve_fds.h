/*
 * Chapter 6: paths of a configuration that lead through descriptors, such as /proc/self/fd/3.
 *
 * Source: proc_pid_fd(5); openat2(2), RESOLVE_NO_MAGICLINKS; --preserve-fds of runC.
 */
#ifndef STEPS_PRESERVE_FDS_H
#define STEPS_PRESERVE_FDS_H

/*
 * Opens a path (O_PATH) that leads through no magic link in /proc. Returns a descriptor, or -1 with
 * errno (ELOOP: the path leads through a magic link).
 */
int preserve_fds_open(const char *path);

/*
 * Refuses a path that leads through one of the runtime's own descriptors: the caller meant a
 * descriptor that it has not passed on. `field` names the place of the path in the configuration.
 * Returns 0 or -1.
 */
int preserve_fds_check(const char *field, const char *path);

#endif
