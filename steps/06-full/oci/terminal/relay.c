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

/* The result of flow_move(). */
enum found { MOVED, NOTHING, READER_ENDED, WRITER_ENDED };

/*
 * Opens the file of `fd` again, with O_NONBLOCK, if a read or a write could wait: the relay must
 * wait only in poll(2). O_NONBLOCK on `fd` itself would affect all processes that use it. Returns
 * the new descriptor, or `fd`.
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

/* Returns what poll(2) waits for: bytes to read, or, if the flow has some, room to write them. */
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

/* Ends a flow. Bytes that are not written yet are lost. */
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
	/*
	 * Either the runtime is in the background: then terminal_lend() stops it until it is in the
	 * foreground. Or its terminal has hung up: then the terminal is not lent.
	 */
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
	/* Nobody reads the output any more. Hang the terminal up: the next write to it fails. */
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
 * The child has ended: shows what the child wrote last. Bytes that are not there now will not come.
 * If nobody reads the output, waits until somebody does or a signal asks the runtime to end. Does
 * not wait if such a signal has killed the child.
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
	/*
	 * poll(2) looks at them in this order. The child does the reverse: it sends the master,
	 * ends, and then SIGCHLD comes. So poll(2) never shows a later event without the earlier
	 * ones.
	 */
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
		return true; /* EINTR: the runtime was stopped, and goes on */
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
		return; /* show_the_rest() has shown what it could */
	if (relay->master >= 0)
		copy_size(relay); /* the size may have changed while the runtime was stopped */
	while (do_next(relay))
		;
}

/* The signals of faults are not blocked: a fault has to end the runtime. */
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
