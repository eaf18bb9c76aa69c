#include "pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

enum { EXPECT_MS = 10000 };

void pty_start(struct pty *pty, const char *const argv[])
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };

	memset(pty, 0, sizeof(*pty));
	pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
	assert_true(pty->pid >= 0);
	if (pty->pid == 0) {
		reset_signals();
		/* With SANITIZE=1, the leak checker hangs when a hang-up sends SIGCONT. */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
}

void pty_type(struct pty *pty, const char *text)
{
	assert_int_equal(write(pty->fd, text, strlen(text)), strlen(text));
}

/*
 * Reads what the terminal prints, and waits for it at most `milliseconds`. Returns false if nothing
 * came, or if no process has the terminal open any more.
 */
static bool read_more(struct pty *pty, int milliseconds)
{
	struct pollfd readable = { .fd = pty->fd, .events = POLLIN };
	ssize_t got;

	if (poll(&readable, 1, milliseconds) <= 0)
		return false;
	got = read(pty->fd, pty->seen + pty->length, sizeof(pty->seen) - 1 - pty->length);
	if (got <= 0)
		return false; /* EIO: no process has the terminal open any more */
	pty->length += (size_t)got;
	pty->seen[pty->length] = '\0';
	return true;
}

void pty_expect(struct pty *pty, const char *text)
{
	char *found;

	while (!(found = strstr(pty->seen + pty->read, text)))
		if (!read_more(pty, EXPECT_MS))
			fail_msg("\"%s\" did not show up in:\n%s", text, pty->seen + pty->read);
	pty->read = (size_t)(found - pty->seen) + strlen(text);
}

pid_t pty_foreground(const struct pty *pty)
{
	return tcgetpgrp(pty->fd);
}

void pty_start_shell(struct pty *pty, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		pty_start(pty,
			  (const char *const[]){ "env", "PS1=outer> ", "bash", "--norc",
						 "--noprofile", "-i", NULL });
	else
		pty_start(pty,
			  (const char *const[]){ "env", "PS1=outer> ", "rootfs/busybox/bin/busybox",
						 "sh", NULL });
	pty_expect(pty, "outer> ");
}

void pty_run_job(struct pty *pty, const char *line, pid_t shell)
{
	pty_type(pty, line);
	pty_type(pty, "\n");
	wait_until(pty_foreground(pty) != shell);
}

void pty_expect_status(struct pty *pty, int status)
{
	char wanted[32];

	pty_expect(pty, "> ");
	/* The quotes keep the terminal's echo from looking like the answer. */
	pty_type(pty, "echo sta''tus-$?-\n");
	snprintf(wanted, sizeof(wanted), "status-%d-", status);
	pty_expect(pty, wanted);
	pty_expect(pty, "> ");
}

void pty_exit_shell(struct pty *pty)
{
	pty_type(pty, "exit 9\n");
	assert_int_equal(pty_finish(pty), 9);
}

int pty_finish(struct pty *pty)
{
	int status;

	while (read_more(pty, EXPECT_MS))
		;
	status = finish(pty->pid);
	close(pty->fd);
	return status;
}
