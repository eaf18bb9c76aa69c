/*
 * The programs that a learner's step may execute, as the judge's server decides: the step itself
 * again, nft(8), and our probe, byte for byte. Which file a name means is looked up as the process
 * sees it.
 */
#ifndef JUDGE_EXECUTABLE_H
#define JUDGE_EXECUTABLE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* True if the process executes the probe, byte for byte. */
bool executable_is_probe(pid_t pid);

/*
 * Opens our own program of the command's name, which the program in the container has to equal:
 * with `has_rootfs` that of busybox, else the host's. Returns a descriptor, or -1 if there is none.
 */
int executable_open(bool has_rootfs, const char *name);

/*
 * Decides about the program that a process wants to execute by this call, and writes the program's
 * name to `path`. Returns 0 (allowed), or the errno for the process; EPERM: another program than
 * ours. `step` is the learner's program; with `may_be_probe` the probe is allowed as well.
 */
int executable_judge(const char *step, bool may_be_probe, const struct seccomp_notif *call,
		     char *path, size_t size);

#endif
