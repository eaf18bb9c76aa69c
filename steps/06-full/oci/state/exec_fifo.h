/*
 * Chapter 6: the FIFO at which a created container waits for `start` (runC's exec.fifo).
 *
 *     create                  the container's first process          start
 *     exec_fifo_make()        exec_fifo_wait()
 *     ... ends ...                                                   exec_fifo_open()
 *                             exec_fifo_pass(), execve(2)            exec_fifo_await()
 *
 * There are two FIFOs in the directory of the state, one for each direction. Their files stay until
 * `start` opens them, so `create` and `start` need not run at the same time, and a reader sleeps
 * until a byte comes. A socket would need accept(2), which the container's seccomp filter may deny
 * by then; a filter hardly denies read(2) or write(2).
 *
 * Source: fifo(7): a FIFO that is opened for reading and writing does not wait for the other side,
 * and does not end. runtime.md of the OCI runtime specification, "Lifecycle".
 */
#ifndef STEPS_EXEC_FIFO_H
#define STEPS_EXEC_FIFO_H

#include <stdbool.h>

struct exec_fifo {
	int go;	    /* `start` writes a byte here; 0: there is no FIFO */
	int result; /* open until the command is executed; a failure before that is sent here */
};

/* On the host: makes the FIFOs in the open directory, for the child to inherit. Returns 0 or -1. */
int exec_fifo_make(struct exec_fifo *fifo, int directory);

/* In the container: waits for `start`. There must be a FIFO. Returns 0 or -1. */
int exec_fifo_wait(const struct exec_fifo *fifo);

/*
 * In the container, directly before execve(2): tells `start` that all else is done. Returns 0 or
 * -1.
 */
int exec_fifo_pass(const struct exec_fifo *fifo);

/* In the container: sends `start` the failure that fail() has kept. */
void exec_fifo_report(const struct exec_fifo *fifo);

/*
 * In `start`: opens the FIFOs of a container, and removes them. Returns a descriptor for
 * exec_fifo_await(), or -1.
 */
int exec_fifo_open(int directory);

/*
 * In `start`: waits until the command is executed, or the process (a pidfd) has ended. Until then
 * the container's own hooks may run, and may take for ever, so the caller must not hold the state's
 * lock. Returns 0; or -1 with the container's failure, or because the process has ended without
 * one. *in_hooks is set if one of the hooks has failed.
 */
int exec_fifo_await(int result, int process, bool *in_hooks);

/* True if the FIFOs are there: no `start` has opened them. */
bool exec_fifo_is_there(int directory);

void exec_fifo_remove(int directory);

#endif
