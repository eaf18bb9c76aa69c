/*
 * What a learner's program may not do while it is graded.
 *
 * Source: capabilities(7), seccomp(2).
 */
#ifndef JUDGE_CONFINE_H
#define JUDGE_CONFINE_H

/*
 * Takes from this process, and all that it executes, what could change a verdict: CAP_SYS_PTRACE
 * (the memory and the descriptors of the tests), CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT and
 * CAP_SYS_TIME (the machine's clock); and by a filter the calls that reach into another process,
 * whatever its rights are (ptrace, process_vm_writev, pidfd_getfd, a BPF program for tracing), that
 * change which program a process seems to execute (PR_SET_MM), that open a file without a path
 * (open_by_handle_at), and that let the judge wait for a file (fanotify_init). Returns 0 or -1.
 */
int confine(void);

#endif
