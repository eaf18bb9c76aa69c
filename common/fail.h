/*
 * Errors. Whoever sees a call fail says so once, with fail(), and returns its -1. Callers pass the
 * -1 up and clean up; main() alone prints the message and ends the process, with fail_report().
 *
 * The first message stays until it is reported: what goes wrong later, while cleaning up, does not
 * hide the cause.
 */
#ifndef COMMON_FAIL_H
#define COMMON_FAIL_H

/* Exit statuses of our own, as Docker and env(1) use them. */
enum {
	STATUS_FAILED = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

/* The message, and the exit status that goes with it: small enough to go through a socket. */
struct failure {
	int status;
	char text[1020];
};

/*
 * Keeps "WHAT: ENAME description; hint" for the current errno, where WHAT is the formatted text.
 * WHAT begins with the name of the system call, and hint_for() (hints.h) looks the hint up by it.
 *
 * Returns -1, with errno as it was.
 */
int fail(const char *what, ...) __attribute__((format(printf, 1, 2)));

/* As fail(), with an exit status other than STATUS_FAILED. */
int fail_status(int status, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* Keeps a message about input that no system call refused: a bad option or value. Returns -1. */
int fail_input(const char *message, ...) __attribute__((format(printf, 1, 2)));

/* Prints "PROGRAM: warning: message" on stderr: something that is no reason to end. */
void fail_warn(const char *message, ...) __attribute__((format(printf, 1, 2)));

/* From here on, warnings go there, and not to stderr. */
void fail_warn_to(void (*other)(const char *message));

/* Forgets the message of what was tried and may fail. */
void fail_forget(void);

/* The failure that is kept; its text is empty when there is none. */
const struct failure *fail_get(void);

/* Keeps a failure that another process had. Returns -1. */
int fail_set(const struct failure *failure);

/* Prints "PROGRAM: message" on stderr, forgets it, and returns its exit status. */
int fail_report(void);

#endif
