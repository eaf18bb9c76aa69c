/*
 * The witness: a process that the step starts in the command's process group, to see what the
 * terminal sends to the group.
 *
 * A PID 1 that reads the terminal in the background is not stopped: the kernel withholds SIGTTIN
 * from it, and its read(2) begins again and again. The witness is no PID 1. SIGTTIN and SIGTTOU
 * stop it, Ctrl-C ends it, and the kernel reports this to the step, its parent.
 *
 * Source: pid_namespaces(7); ioctl_tty(2); setpgid(2).
 */
#ifndef COMMON_WITNESS_H
#define COMMON_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts a witness in the process group `group`. Returns its pid, or 0: there is none. */
pid_t witness_start(pid_t group);

/*
 * Returns the signal that has stopped or ended the witness since the last call, or 0: none. If the
 * witness has ended, sets *has_ended; it has been waited for then.
 */
int witness_ask(pid_t witness, bool *has_ended);

/* Ends the witness, and waits for it. */
void witness_end(pid_t witness);

#endif
