/*
 * /proc/PID/stat: the kernel's description of a process.
 *
 * Source: proc_pid_stat(5).
 */
#ifndef COMMON_PROCESS_STAT_H
#define COMMON_PROCESS_STAT_H

#include <stdint.h>
#include <sys/types.h>

/* Two of the flags; PF_EXITING and PF_FORKNOEXEC in the kernel's include/linux/sched.h. */
enum { PROCESS_EXITING = 0x4, PROCESS_FORKNOEXEC = 0x40 };

struct process_stat {
	char status; /* 'R', 'S', 'Z', ... */
	pid_t parent;
	unsigned int flags;  /* PROCESS_EXITING, ... */
	uint64_t start_time; /* in ticks since the machine's start */
};

/* Returns 0; 1 if there is no such process (any more); or -1 if the file cannot be read. */
int process_stat_read(pid_t pid, struct process_stat *stat);

/*
 * Returns 1 if the process, which may be a zombie, has not executed a program since its fork; 0 if
 * it has, or if there is no such process; or -1. The kernel clears PROCESS_FORKNOEXEC before it
 * closes the descriptors that are close-on-exec.
 */
int process_is_unexecuted(pid_t pid);

#endif
