/*
 * Chapter 6: the gate at which a created container waits until somebody starts it.
 *
 *     create                  the container's first process          start
 *     gate_make()             is there already, waits for "go"
 *     ... ends ...                                                   gate_release()
 *                             goes on: execve(2)                     hears of it, or of its failure
 *
 * It is two FIFOs in the directory of the state. Their files live as long as the container, so the
 * one who makes them and the one who starts it need not meet; and who reads from one sleeps.
 *
 * Source: fifo(7): opened for reading and writing, a FIFO neither waits for the other side nor
 * ends. runtime.md of the OCI runtime specification, "Lifecycle".
 */
#ifndef STEPS_GATE_H
#define STEPS_GATE_H

struct gate {
	int go;	    /* a byte comes when it is started; 0: there is no gate */
	int result; /* open until the command is executed; or its failure comes */
};

/* Makes the gate in the open directory, for the child to inherit. Returns 0 or -1. */
int gate_make(struct gate *gate, int directory);

/* In the container: waits there. Does nothing without a gate. Returns 0 or -1. */
int gate_wait(const struct gate *gate);

/* In the container: tells who has started it of the failure that is kept. */
void gate_report(const struct gate *gate);

/*
 * Opens the gate of a container, and removes it. Returns when the command is executed: 0; or -1,
 * with the container's failure.
 */
int gate_release(int directory);

/* Removes it. */
void gate_remove(int directory);

#endif
