/*
 * Programs, as the judge's server tells them apart: by the file itself, for a name may mean another
 * file by the time that the kernel looks it up.
 */
#ifndef JUDGE_EXECUTABLE_H
#define JUDGE_EXECUTABLE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Returns the number of a line of /proc/PID/status, "PPid"; 0: there is none. */
int executable_status(pid_t pid, const char *field);

/* True if the process executes the probe, byte for byte. */
bool executable_is_probe(pid_t pid);

/* True if the process executes the file of this descriptor. */
bool executable_is_file(pid_t pid, int fd);

/* True if the process executes the host's nft(8), with which a bridge's rules are made. */
bool executable_is_nft(pid_t pid);

/*
 * Takes the socket that a probe's process has made for its command, if no process holds the memory
 * of it open. Returns a descriptor or -1.
 */
int executable_take_socket(pid_t pid);

/*
 * Opens our own program of the command's name, which the program in the container has to equal:
 * with `has_rootfs` that of busybox, else the host's. Returns a descriptor, or -1 if there is none.
 */
int executable_open(bool has_rootfs, const char *name);

/*
 * Looks at the program that a process wants to execute by this call, as the process sees it now,
 * and writes the program's name to `path`. Returns 0 if it is `step`, nft(8) or, with
 * `may_be_probe`, the probe; otherwise the errno for the process: EPERM for another program.
 */
int executable_judge(int step, bool may_be_probe, const struct seccomp_notif *call, char *path,
		     size_t size);

#endif
