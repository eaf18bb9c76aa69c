#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

void terminal_open(struct terminal *terminal)
{
	terminal->lent = false;
	terminal->fd = -1;
	if (isatty(STDOUT_FILENO))
		terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal->fd < 0)
		return;
	if (tcgetpgrp(terminal->fd) != getpgrp() ||
	    tcgetattr(terminal->fd, &terminal->before) < 0) {
		close(terminal->fd);
		terminal->fd = -1;
	}
}

/* Lets the kernel stop us for what only the foreground may do, or not. */
static void obey_sigttou(bool obey)
{
	sigset_t output;

	sigemptyset(&output);
	sigaddset(&output, SIGTTOU);
	sigprocmask(obey ? SIG_UNBLOCK : SIG_BLOCK, &output, NULL);
}

void terminal_open_keys(struct terminal *terminal)
{
	terminal->keys = true;
	terminal->lent = false;
	terminal->fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : -1;
	if (terminal->fd < 0)
		return;
	/* In the background, its settings of now are those of the shell that asks for a command. */
	obey_sigttou(true);
	tcdrain(terminal->fd);
	obey_sigttou(false);
	if (tcgetattr(terminal->fd, &terminal->before) < 0) {
		close(terminal->fd);
		terminal->fd = -1;
	}
}

static bool make_raw(const struct terminal *terminal)
{
	struct termios raw = terminal->before;
	bool made;

	cfmakeraw(&raw);
	obey_sigttou(true);
	made = tcsetattr(terminal->fd, TCSANOW, &raw) == 0;
	obey_sigttou(false);
	return made;
}

void terminal_lend(struct terminal *terminal, pid_t group)
{
	if (terminal->fd < 0)
		return;
	if (terminal->keys)
		terminal->lent = make_raw(terminal);
	else if (tcgetpgrp(terminal->fd) == getpgrp())
		terminal->lent = tcsetpgrp(terminal->fd, group) == 0;
}

/* Whether it is ours now; one that is not our controlling terminal, and so has no groups, is. */
static bool is_ours(const struct terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->fd);

	return foreground < 0 || foreground == getpgrp();
}

void terminal_take_back(struct terminal *terminal)
{
	if (terminal->lent && !terminal->keys)
		tcsetpgrp(terminal->fd, getpgrp());
	else if (terminal->lent && is_ours(terminal))
		tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal->lent = false;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->lent && !terminal->keys)
		tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal_take_back(terminal);
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}
