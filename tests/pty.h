/* A program on a terminal of its own. The test types and reads as a person would. */
#ifndef TESTS_PTY_H
#define TESTS_PTY_H

#include <sys/types.h>

struct pty {
	pid_t pid; /* leads the session of the terminal */
	int fd;
	char seen[65536]; /* all output of the terminal, and how much of it was expected */
	size_t length, read;
};

/* Starts a program on a new terminal of 80 by 24 characters. */
void pty_start(struct pty *pty, const char *const argv[]);

/* Types `text`; "\x03" is Ctrl-C, "\x1a" Ctrl-Z, "\x04" Ctrl-D. */
void pty_type(struct pty *pty, const char *text);

/* Reads until `text` appears after what was expected before. The test fails after 10 s. */
void pty_expect(struct pty *pty, const char *text);

/* Returns the terminal's foreground process group. */
pid_t pty_foreground(const struct pty *pty);

/* Starts an interactive shell, "bash" or "busybox sh", and waits for its prompt, "outer> ". */
void pty_start_shell(struct pty *pty, const char *shell);

/* Types `line` and Enter, and waits until a group other than `shell` has the terminal. */
void pty_run_job(struct pty *pty, const char *line, pid_t shell);

/* Asks the shell, at its next prompt, for the exit status of the last command. */
void pty_expect_status(struct pty *pty, int status);

/* Ends the shell with "exit 9" at its prompt. */
void pty_exit_shell(struct pty *pty);

/* Waits for the program's end and returns its exit status; closes the terminal. */
int pty_finish(struct pty *pty);

#endif
