#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "signals.h"
#include "sync.h"

/* What a look at a flow found. */
enum found { MOVED, NOTHING, READER_ENDED, WRITER_ENDED };

/*
 * Opens what `fd` is anew if a read or write could make us wait, because others use it as well: we
 * must not wait but in poll(2), and O_NONBLOCK for `fd` itself they would all have.
 */
static int open_without_waiting(int fd, int flags)
{
	char path[32];
	struct stat status;
	int opened = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || isatty(fd)))
		opened = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return opened < 0 ? fd : opened;
}

static bool is_empty(const struct flow *flow)
{
	return flow->begin == flow->end;
}

/* What to wait for: something to read, or, when we have something, the place to write it to. */
static struct pollfd flow_wait(const struct flow *flow)
{
	if (is_empty(flow))
		return (struct pollfd){ .fd = flow->from, .events = POLLIN };
	return (struct pollfd){ .fd = flow->to, .events = POLLOUT };
}

/* Moves what can be moved without waiting. */
static enum found flow_move(struct flow *flow)
{
	ssize_t moved;

	if (is_empty(flow)) {
		moved = read(flow->from, flow->bytes, sizeof(flow->bytes));
		if (moved < 0 && (errno == EAGAIN || errno == EINTR))
			return NOTHING;
		if (moved <= 0)
			return READER_ENDED;
		flow->begin = 0;
		flow->end = (size_t)moved;
	}
	moved = write(flow->to, flow->bytes + flow->begin, flow->end - flow->begin);
	if (moved < 0)
		return errno == EAGAIN || errno == EINTR ? MOVED : WRITER_ENDED;
	flow->begin += (size_t)moved;
	return MOVED;
}

/* Ends a flow; what it still had is given up. */
static void flow_stop(struct flow *flow)
{
	flow->from = -1;
	flow->begin = flow->end = 0;
}

static void copy_size(const struct relay *relay)
{
	struct winsize size;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &size) < 0)
			continue;
		ioctl(relay->master, TIOCSWINSZ, &size);
		return;
	}
}

/* The child has handed the master over: from here on, the two terminals are connected. */
static void connect_terminals(struct relay *relay, int master)
{
	struct terminal *ours = &relay->child->job.terminal;

	relay->master = relay->shown.from = relay->typed.to = master;
	relay->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	copy_size(relay);
	if (!relay->interactive)
		return;
	terminal_open_keys(ours);
	terminal_lend(ours, 0);
	if (ours->lent)
		relay->typed.from = open_without_waiting(STDIN_FILENO, O_RDONLY);
}

static void pass_on_typed(struct relay *relay)
{
	struct terminal *ours = &relay->child->job.terminal;

	if (flow_move(&relay->typed) != READER_ENDED)
		return;
	/* Are we in the background? Then this stops us until we are not. Or has it hung up? */
	terminal_lend(ours, 0);
	if (!ours->lent)
		flow_stop(&relay->typed);
}

static void pass_on_shown(struct relay *relay)
{
	enum found found = flow_move(&relay->shown);

	if (found == READER_ENDED || (found == NOTHING && relay->ended))
		flow_stop(&relay->shown);
	if (found != WRITER_ENDED)
		return;
	/* Nobody sees it any more. So its terminal hangs up: who writes on, gets an error. */
	flow_stop(&relay->shown);
	flow_stop(&relay->typed);
	close(relay->slave);
	close(relay->master);
	relay->slave = relay->master = -1;
}

static void receive_master(struct relay *relay)
{
	int master = sync_receive_descriptor(relay->child);

	relay->handed_over = true;
	if (master >= 0)
		connect_terminals(relay, master);
	else if (fail_get()->text[0])
		pidfd_send_signal(relay->child->pidfd, SIGKILL, NULL, 0);
}

/*
 * The child has ended: shows what it wrote last. What is not there now will not come. If nobody
 * reads it, we wait, but neither when we are asked to end nor when the child was.
 */
static void show_the_rest(struct relay *relay)
{
	struct pollfd ready[] = {
		{ .fd = relay->signals, .events = POLLIN },
		{ .fd = relay->shown.to, .events = POLLOUT },
	};
	sigset_t others;

	signals_watched(&others);
	sigdelset(&others, SIGCHLD);
	signalfd(relay->signals, &others, 0);
	relay->ended = true;
	while (relay->shown.from >= 0) {
		pass_on_shown(relay);
		if (is_empty(&relay->shown))
			continue;
		if (poll(ready, 2, relay->child->job.killed_for ? 0 : -1) >= 0 && !ready[1].revents)
			return;
	}
}

/* Waits for something to do, and does it. Returns false when child_wait() has something to do. */
static bool do_next(struct relay *relay)
{
	enum { SIGNALS, ENDED, HANDED_OVER, RESIZED, TYPED, SHOWN, COUNT };
	/* In this order they are looked at. A child hands over, ends, and then there is SIGCHLD. */
	struct pollfd ready[COUNT] = {
		[SIGNALS] = { .fd = relay->signals, .events = POLLIN },
		[ENDED] = { .fd = relay->child->pidfd, .events = POLLIN },
		[HANDED_OVER] = { .fd = relay->handed_over ? -1 : relay->child->socket,
				  .events = POLLIN },
		[RESIZED] = { .fd = relay->resized, .events = POLLIN },
		[TYPED] = flow_wait(&relay->typed),
		[SHOWN] = flow_wait(&relay->shown),
	};
	struct signalfd_siginfo resized;

	if (poll(ready, COUNT, -1) < 0)
		return true; /* EINTR: we were stopped, and go on */
	if (ready[HANDED_OVER].revents)
		receive_master(relay);
	if (ready[ENDED].revents)
		show_the_rest(relay);
	if (ready[ENDED].revents || ready[SIGNALS].revents)
		return false;
	if (ready[RESIZED].revents && read(relay->resized, &resized, sizeof(resized)) > 0)
		copy_size(relay);
	if (ready[TYPED].revents)
		pass_on_typed(relay);
	if (ready[SHOWN].revents)
		pass_on_shown(relay);
	return true;
}

static void relay_run(void *argument)
{
	struct relay *relay = argument;

	if (relay->ended)
		return; /* somebody does not want to wait until all is shown */
	if (relay->master >= 0)
		copy_size(relay); /* we may have been stopped meanwhile */
	while (do_next(relay))
		;
}

/* Without these, a fault would not end us. */
static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };

int relay_prepare(struct relay *relay, struct child *child, bool interactive)
{
	sigset_t watched, resize, all;

	*relay = (struct relay){
		.child = child,
		.interactive = interactive,
		.master = -1,
		.slave = -1,
		.typed = { .from = -1 },
		.shown = { .from = -1 },
	};
	job_defer_signals(&child->job); /* which keeps the mask that the command is to have */
	sigfillset(&all);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&all, faults[i]);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signals_watched(&watched);
	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	relay->signals = signalfd(-1, &watched, SFD_CLOEXEC);
	relay->resized = signalfd(-1, &resize, SFD_CLOEXEC);
	if (relay->signals < 0 || relay->resized < 0)
		return fail("signalfd");
	relay->shown.to = open_without_waiting(STDOUT_FILENO, O_WRONLY);
	child->job.meanwhile = relay_run;
	child->job.argument = relay;
	return 0;
}
