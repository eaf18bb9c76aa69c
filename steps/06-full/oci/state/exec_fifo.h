/*
 * Chapter 6: the FIFO at which a created container waits for `start` (runC's exec.fifo).
 *
 *     create                  the container's first process          start
 *     exec_fifo_make()        exec_fifo_wait()
 *     ... ends ...                                                   exec_fifo_open()
 *                             exec_fifo_pass(), execve(2)            exec_fifo_await()
 *
 * There are two FIFOs in the directory of the state, one for each direction. Their files live as
 * long as the container, so `create` and `start` need not meet, and a reader sleeps until a byte
 * comes. A socket would need accept(2), which the container's filter may deny by then; read(2) and
 * write(2) it allows.
 *
 * Source: fifo(7): opened for reading and writing, a FIFO neither waits for the other side nor
 * ends. runtime.md of the OCI runtime specification, "Lifecycle".
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

/* In the container: waits for `start`. Does nothing without a FIFO. Returns 0 or -1. */
int exec_fifo_wait(const struct exec_fifo *fifo);

/* In the container, when only execve(2) is left: tells `start` so. Returns 0 or -1. */
int exec_fifo_pass(const struct exec_fifo *fifo);

/* In the container: sends the failure that is kept to `start`. */
void exec_fifo_report(const struct exec_fifo *fifo);

/*
 * In `start`: opens the FIFOs of a container, and removes them. Returns a descriptor for
 * exec_fifo_await(), or -1.
 */
int exec_fifo_open(int directory);

/*
 * In `start`: waits until the command is executed, or the process, a pidfd, has ended. Until then
 * the container's own hooks may run, and may take for ever, so the caller must not hold the state's
 * lock. Returns 0; or -1 with the container's failure, or because it has ended without one.
 * *in_hooks: one of the hooks failed.
 */
int exec_fifo_await(int result, int process, bool *in_hooks);

/* True if the FIFOs are there: no `start` has opened them. */
bool exec_fifo_is_there(int directory);

void exec_fifo_remove(int directory);

#endif
