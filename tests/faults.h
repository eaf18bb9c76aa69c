/*
 * Fault injection: a step is run under strace(1) again and again, and in each run one of its system
 * calls fails.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

/*
 * A system call ("name", "name path" or "ioctl REQUEST") whose failure need not end the step, and
 * why.
 */
struct tolerated {
	const char *call;
	enum {
		SURVIVED,      /* the step must go on without a message */
		HOST_SURVIVES, /* as SURVIVED, but only on the host side */
		HOST_WARNS,    /* the host side must print one warning, and go on */
		CANNOT_FAIL,   /* the kernel never refuses this call, so it is left out */
	} kind;
	const char *reason;
};

/*
 * Runs `argv` once, and lists the system calls that all its processes make from the beginning of
 * main() up to the execution of the command. Then, for each of them, runs it again with that call
 * failing, and requires exit status 125 (126 or 127 where the call is execve), one line on stderr
 * that names the call and its errno, and that no process is left which has the last word of
 * `argv`, a random name, on its command line.
 *
 * The command needs a path with a slash, and has to exit with 0. `tolerated` ends with { 0 }.
 */
void fail_each_call(const char *const argv[], const struct tolerated *tolerated);

#endif
