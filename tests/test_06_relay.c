/* Step 06, the terminal's relay: it loses nothing, and does not wait for what never comes. */
#include <poll.h>
#include <signal.h>
#include <sys/random.h>

#include "cleanup.h"
#include "pty.h"
#include "test_03.h"

#define RUN "./step-06", "run", "--network", "none"

enum { MANY = 512 * 1024, ROUNDS = 40 };

static void fill_random(unsigned char *bytes, size_t size)
{
	for (size_t filled = 0; filled < size;) {
		ssize_t got = getrandom(bytes + filled, size - filled, 0);

		assert_true(got > 0);
		filled += (size_t)got;
	}
}

/* Writes all `bytes` to the terminal, and reads as many from it at the same time. */
static void exchange(int fd, const unsigned char *bytes, unsigned char *back, size_t size)
{
	size_t written = 0, got = 0;

	while (got < size) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t moved;

		if (written < size)
			ready.events |= POLLOUT;
		if (poll(&ready, 1, 10000) != 1)
			fail_msg("after %zu bytes in and %zu out nothing comes", written, got);
		if (ready.revents & POLLIN) {
			moved = read(fd, back + got, size - got);
			assert_true(moved > 0);
			got += (size_t)moved;
		} else if (ready.revents & POLLOUT) {
			moved = write(fd, bytes + written,
				      size - written < 512 ? size - written : 512);
			assert_true(moved > 0);
			written += (size_t)moved;
		}
	}
}

static void every_byte_goes_in_and_out(void **state)
{
	autofree unsigned char *bytes = malloc(MANY), *back = malloc(MANY);
	struct pty pty;

	(void)state;
	assert_true(bytes && back);
	fill_random(bytes, MANY);
	pty_start(&pty,
		  (const char *const[]){ RUN, "-ti", "/bin/sh", "-c",
					 "stty raw -echo; echo ready; head -c 524288", NULL });
	pty_expect(&pty, "ready\n");
	exchange(pty.fd, bytes, back, MANY);
	assert_memory_equal(bytes, back, MANY);
	assert_int_equal(pty_finish(&pty), 0);
}

static void all_output_is_shown_before_the_end(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++)
		assert_prints(run(RUN, "-t", "/bin/echo", "word"), "word\r\n");
	assert_prints(
		script("./step-06 run --network none -t /usr/bin/seq 1 20000 | md5sum\n"
		       "seq 1 20000 | sed 's/$/\\r/' | md5sum",
		       NULL),
		run("sh", "-c", "for i in 1 2; do seq 1 20000 | sed 's/$/\\r/' | md5sum; done")
			->out);
}

static void a_failure_after_the_hand_over_is_told(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS / 4; round++)
		assert_refused(run(RUN, "-t", "/none"), 127, "step-06: execve /none: ENOENT");
}

/* A writer ends when nobody reads any more, as it would without a terminal. */
static void a_reader_that_leaves_ends_the_writer(void **state)
{
	(void)state;
	assert_prints(script("./step-06 run --network none -t /usr/bin/yes | head -n 1", NULL),
		      "y\r\n");
}

/*
 * Starts a command with more output than a pipe takes, into a pipe that nobody reads. `token` is a
 * word of its command line.
 */
static pid_t start_unread(int *out, const char *command, const char *token)
{
	pid_t pid = start_piped(out, RUN, "-t", "/bin/sh", "-c", command, token);
	struct pollfd readable = { .fd = *out, .events = POLLIN };

	assert_int_equal(poll(&readable, 1, 10000), 1);
	return pid;
}

static void output_that_nobody_reads_does_not_hold_up_signals(void **state)
{
	autofd int out = -1;
	pid_t pid = start_unread(&out, "yes", random_name());

	(void)state;
	usleep(20000);
	kill(pid, SIGTERM);
	assert_int_equal(finish(pid), 128 + SIGTERM);
}

static void nor_does_it_after_the_end_of_the_command(void **state)
{
	autofd int out = -1;
	const char *token = random_name();
	/*
	 * 66000 bytes are more than a pipe holds (64 KiB), and fewer than pipe and terminal hold
	 * together.
	 */
	pid_t pid = start_unread(&out, "stty raw; head -c 66000 /dev/zero; exit 9", token);

	(void)state;
	wait_until(count_processes(token) == 1); /* the step alone: the command has ended */
	kill(pid, SIGTERM);
	assert_int_equal(finish(pid), 9);
}

static void it_dies_with_the_step(void **state)
{
	const char *token = random_name();
	struct pty pty;

	(void)state;
	pty_start(&pty,
		  (const char *const[]){ RUN, "-ti", "/bin/probe", "sleep", "60", token, NULL });
	wait_until(count_processes(token) == 2);
	kill(pty.pid, SIGKILL);
	assert_int_equal(pty_finish(&pty), 128 + SIGKILL);
	wait_until(count_processes(token) == 0);
	assert_success(run(RUN, "/bin/true")); /* removes the cgroup of the killed step */
}

static void closing_our_terminal_ends_it(void **state)
{
	const char *token = random_name();
	struct pty pty;

	(void)state;
	pty_start(&pty,
		  (const char *const[]){ RUN, "-ti", "/bin/probe", "sleep", "60", token, NULL });
	wait_until(count_processes(token) == 2);
	close(pty.fd);
	finish(pty.pid);
	wait_until(count_processes(token) == 0);
}

static void it_can_be_killed_at_any_moment(void **state)
{
	(void)state;
	kill_at_random_moments(SIGKILL, RUN, "-t", "/bin/probe", "sleep", "60", random_name());
	kill_at_random_moments(SIGTERM, RUN, "-t", "/bin/probe", "sleep", "60", random_name());
	/* The killed steps may all have ended too early to remove what another has left. */
	assert_success(run(RUN, "/bin/true"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_byte_goes_in_and_out),
		host_test(all_output_is_shown_before_the_end),
		host_test(a_failure_after_the_hand_over_is_told),
		host_test(a_reader_that_leaves_ends_the_writer),
		host_test(output_that_nobody_reads_does_not_hold_up_signals),
		host_test(nor_does_it_after_the_end_of_the_command),
		host_test(it_dies_with_the_step),
		host_test(closing_our_terminal_ends_it),
		host_test(it_can_be_killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
