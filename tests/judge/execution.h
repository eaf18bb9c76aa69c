/*
 * Which program the kernel has executed. A name that a process gives to execve(2) may mean one file
 * when the judge looks at it, and another one when the kernel does. So the judge traces the process
 * until its new program is there, and looks at that before the first instruction of it.
 *
 * Source: ptrace(2), PTRACE_SEIZE and PTRACE_EVENT_EXEC.
 */
#ifndef JUDGE_EXECUTION_H
#define JUDGE_EXECUTION_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Traces a process until it has executed a program. Returns 0, or -1 with errno. EPERM: another
 * process traces it already, the strace(1) of a test.
 */
int execution_watch(pid_t pid);

/*
 * Returns the pid of the next traced process that waits before the first instruction of its new
 * program, for execution_end(); 0: there is none now. The caller gets SIGCHLD when there may be
 * one.
 */
pid_t execution_next(void);

/* Lets that process go on, and traces it no longer; or kills it. */
void execution_end(pid_t pid, bool is_allowed);

#endif
