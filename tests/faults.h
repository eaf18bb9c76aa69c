/*
 * Fault injection: a step runs again and again under strace(1), and each time another one of the
 * system calls that it makes fails.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

/* A system call, by its name, as "name path" or "ioctl REQUEST", whose failure need not end the
 * step, and why. */
struct tolerated {
	const char *call;
	enum {
		SURVIVED,      /* fails like the others; the step has to go on without a word */
		HOST_SURVIVES, /* so it is on the host side; elsewhere it has to be reported */
		CANNOT_FAIL,   /* as it is called the kernel cannot refuse it; left out */
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
