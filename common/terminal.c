#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "process_stat.h"

/*
 * Returns the process group of the nearest ancestor that is in another group than this process, if
 * that ancestor is in the same session; otherwise 0.
 */
static pid_t find_shell(void)
{
	struct process_stat stat;
	pid_t pid = getppid(), ours = getpgrp();

	while (pid > 0 && getpgid(pid) == ours) /* sudo, or a subshell */
		pid = process_stat_read(pid, &stat) == 0 ? stat.parent : 0;
	fail_forget(); /* without /proc the shell stays unknown */
	return pid > 0 && getsid(pid) == getsid(0) ? getpgid(pid) : 0;
}

bool terminal_open(struct terminal *terminal)
{
	*terminal = (struct terminal){ .fd = -1 };
	if (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO))
		terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal->fd < 0)
		return false;
	terminal->shell = find_shell();
	terminal->on_demand = !isatty(STDOUT_FILENO) || tcgetpgrp(terminal->fd) != getpgrp() ||
		tcgetattr(terminal->fd, &terminal->before) < 0;
	return true;
}

/* With `obey`, the kernel stops this process when it changes the terminal in the background. */
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
	/* In the background, the terminal has the settings of the shell at its prompt. */
	obey_sigttou(true);
	tcdrain(terminal->fd);
	obey_sigttou(false);
	if (tcgetattr(terminal->fd, &terminal->before) < 0)
		cleanup_fd(&terminal->fd);
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

bool terminal_lend(struct terminal *terminal, pid_t group)
{
	if (terminal->fd < 0)
		return false;
	if (terminal->keys)
		return terminal->lent = make_raw(terminal);
	if (!terminal_has(terminal, getpgrp()))
		return terminal_has(terminal, group);
	return terminal->lent = tcsetpgrp(terminal->fd, group) == 0;
}

bool terminal_has(const struct terminal *terminal, pid_t group)
{
	return terminal->fd >= 0 && !terminal->keys && tcgetpgrp(terminal->fd) == group;
}

/*
 * True if this process is in the foreground, or if the terminal is not its controlling terminal:
 * then there is no foreground group.
 */
static bool is_ours(const struct terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->fd);

	return foreground < 0 || foreground == getpgrp();
}

/* True if the shell has taken the terminal meanwhile, as it does after `(step &)`. */
static bool is_shells(const struct terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->fd);

	return foreground == getsid(0) || foreground == terminal->shell;
}

void terminal_take_back(struct terminal *terminal)
{
	if (terminal->lent && !terminal->keys && !is_shells(terminal))
		tcsetpgrp(terminal->fd, getpgrp());
	else if (terminal->lent && terminal->keys && is_ours(terminal))
		tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal->lent = false;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->lent && !terminal->keys && !terminal->on_demand && !is_shells(terminal))
		tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal_take_back(terminal);
	cleanup_fd(&terminal->fd);
}
