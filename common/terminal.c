#include "terminal.h"

#include <fcntl.h>
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

void terminal_lend(struct terminal *terminal, pid_t group)
{
	if (terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp())
		terminal->lent = tcsetpgrp(terminal->fd, group) == 0;
}

void terminal_take_back(struct terminal *terminal)
{
	if (terminal->lent)
		tcsetpgrp(terminal->fd, getpgrp());
	terminal->lent = false;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->lent)
		tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal_take_back(terminal);
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}
