/*
 * Errors. The function that sees a call fail calls fail() once, and returns its -1. The callers
 * pass the -1 up and clean up. Only main() prints the message and ends the process, with
 * fail_report().
 *
 * The first message stays until it is reported: a later failure, while cleaning up, does not hide
 * the cause.
 */
#ifndef COMMON_FAIL_H
#define COMMON_FAIL_H

/* Exit statuses of the program itself, not of its command, as Docker and env(1) use them. */
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

/*
 * Puts "WHERE: " before the message that is kept, for example the line of a file that it is about.
 * Returns -1.
 */
int fail_at(const char *where, ...) __attribute__((format(printf, 1, 2)));

/* Prints "PROGRAM: warning: message" on stderr. The program goes on. */
void fail_warn(const char *message, ...) __attribute__((format(printf, 1, 2)));

/* From here on, other() gets the warnings; stderr does not. */
void fail_warn_to(void (*other)(const char *message));

/* Forgets the message, when the failure does not matter to the caller. */
void fail_forget(void);

/* Returns the failure that is kept; its text is empty if there is none. */
const struct failure *fail_get(void);

/* Keeps the failure of another process. Returns -1. */
int fail_set(const struct failure *failure);

/* Prints "PROGRAM: message" on stderr, forgets the message, and returns its exit status. */
int fail_report(void);

#endif
