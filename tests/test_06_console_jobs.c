/*
 * Step 06 with -ti, and the caller's terminal: restored after each kind of end; and the step as a
 * job.
 */
#include <signal.h>
#include <termios.h>

#include "pty.h"
#include "test_03.h"

#define RUN "./step-06 run --network none "

/*
 * The caller is no interactive shell, which would restore the terminal itself. So a wrong setting
 * is the step's fault.
 */
static void assert_terminal_is_as_before(const char *command)
{
	char line[512];
	struct pty pty;

	snprintf(line, sizeof(line),
		 "before=$(stty -g); %s; [ \"$(stty -g)\" = \"$before\" ] && echo same; "
		 "build/probe tty",
		 command);
	pty_start(&pty, (const char *const[]){ "sh", "-c", line, NULL });
	pty_expect(&pty, "same\r\n");
	pty_expect(&pty, "foreground yes\r\n");
	assert_int_equal(pty_finish(&pty), 0);
}

static void the_terminal_is_as_before(void **state)
{
	(void)state;
	assert_terminal_is_as_before(RUN "-ti /bin/true");
	assert_terminal_is_as_before(RUN "-ti /bin/stty raw -echo");
	assert_terminal_is_as_before(RUN "-ti /bin/sh -c 'stty raw; kill -9 $$; exit 9'");
	assert_terminal_is_as_before(RUN "-ti /none");
	assert_terminal_is_as_before(RUN "-ti --rootfs /none /bin/true");
	assert_terminal_is_as_before(RUN "-ti /bin/true | cat");
	assert_terminal_is_as_before(RUN "-ti /bin/sh -c 'exec <&- >&- 2>&-; sleep 0.1'");
	assert_terminal_is_as_before("stty -echo; " RUN
				     "-ti /bin/true; stty -a | grep -q ' -echo ' "
				     "&& stty echo");
}

/* The signal goes to the step, not to the command. */
static void so_it_is_after_signals(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		char command[256];

		snprintf(command, sizeof(command),
			 "(until stty -a </dev/tty | grep -q -- -icanon; do sleep 0.05; done; "
			 "kill -%d $(pgrep -s 0 step-06)) & " RUN "-ti /bin/sleep 60; "
			 "[ $? = %d ] || exit",
			 signals[i], 128 + signals[i]);
		assert_terminal_is_as_before(command);
	}
}

/* Returns true if the step has made the terminal raw. */
static bool is_raw(const struct pty *pty)
{
	struct termios settings;

	assert_int_equal(tcgetattr(pty->fd, &settings), 0);
	return !(settings.c_lflag & (ICANON | ISIG | ECHO)) && !(settings.c_oflag & OPOST);
}

/* Signals that would end the step with a raw terminal are blocked. */
static void other_signals_do_no_harm(void **state)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGIO, SIGXCPU };
	struct pty pty;

	(void)state;
	pty_start(&pty, (const char *const[]){ "sh", "-c", "exec " RUN "-ti", NULL });
	pty_expect(&pty, "# ");
	wait_until(is_raw(&pty));
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		assert_int_equal(kill(pty.pid, signals[i]), 0);
	pty_type(&pty, "exit 8\n");
	assert_int_equal(pty_finish(&pty), 8);
}

/* Starts a shell, and in it a step whose command prints each line that it reads. */
static void start_job(struct pty *pty, const char *after)
{
	char line[256];

	pty_start_shell(pty, "bash");
	snprintf(line, sizeof(line),
		 RUN
		 "-ti /bin/sh -c 'echo rea\"\"dy; while read x; do echo got-$x-; done; exit 7'%s\n",
		 after);
	pty_type(pty, line);
}

static void ctrl_z_goes_inside(void **state)
{
	struct pty pty;

	(void)state;
	start_job(&pty, "");
	pty_expect(&pty, "ready\r\n");
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "^Z");
	pty_type(&pty, "word\n");
	pty_expect(&pty, "got-word-\r\n");
	pty_type(&pty, "\x04");
	pty_expect_status(&pty, 7);
	pty_exit_shell(&pty);
}

/* Sends a signal to the step, the leader of the foreground group. */
static void send_to_step(const struct pty *pty, int signal)
{
	assert_int_equal(kill(-pty_foreground(pty), signal), 0);
}

static void a_job_that_is_stopped_gives_the_terminal_back(void **state)
{
	static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };

	(void)state;
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		struct pty pty;

		start_job(&pty, "");
		pty_expect(&pty, "ready\r\n");
		wait_until(is_raw(&pty));
		send_to_step(&pty, stops[i]);
		pty_expect(&pty, "Stopped");
		pty_expect(&pty, "outer> ");
		pty_type(&pty, "stty -a\n");
		pty_expect(&pty, " icanon ");
		pty_expect(&pty, "outer> ");
		pty_type(&pty, "fg\n");
		wait_until(is_raw(&pty));
		pty_type(&pty, "word\n");
		pty_expect(&pty, "got-word-\r\n");
		pty_type(&pty, "\x04");
		pty_expect_status(&pty, 7);
		pty_exit_shell(&pty);
	}
}

/* SIGSTOP cannot be handled: the shell gets a raw terminal, which bash repairs. */
static void a_job_that_is_stopped_by_force_goes_on(void **state)
{
	struct pty pty;

	(void)state;
	start_job(&pty, "");
	pty_expect(&pty, "ready\r\n");
	wait_until(is_raw(&pty));
	send_to_step(&pty, SIGSTOP);
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "fg\n");
	wait_until(is_raw(&pty));
	pty_type(&pty, "word\n");
	pty_expect(&pty, "got-word-\r\n");
	pty_type(&pty, "\x04");
	pty_expect_status(&pty, 7);
	pty_exit_shell(&pty);
}

static void in_the_background_it_stops_until_it_has_the_terminal(void **state)
{
	struct pty pty;

	(void)state;
	start_job(&pty, " &");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "until jobs | grep -q Stopped; do sleep 0.05; done; echo sto''pped-now\n");
	pty_expect(&pty, "stopped-now");
	pty_expect(&pty, "outer> ");
	/* In the background the job is stopped again. */
	pty_type(&pty, "bg; until jobs | grep -q Stopped; do sleep 0.05; done; echo ag''ain\n");
	pty_expect(&pty, "again");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "stty -a\n");
	pty_expect(&pty, " icanon ");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "fg\n");
	wait_until(is_raw(&pty));
	pty_type(&pty, "word\n");
	pty_expect(&pty, "got-word-\r\n");
	pty_type(&pty, "\x04");
	pty_expect_status(&pty, 7);
	pty_exit_shell(&pty);
}

/*
 * Without -i the step does not read the terminal or change it, so Ctrl-C is a signal for the step.
 */
static void without_input_ctrl_c_ends_it(void **state)
{
	struct pty pty;

	(void)state;
	for (int terminal = 0; terminal <= 1; terminal++) {
		const char *token = random_name();

		pty_start_shell(&pty, "bash");
		pty_type(&pty, terminal ? RUN "-t " : RUN);
		pty_type(&pty, "/bin/sh -c 'exec probe sleep 60 ");
		pty_type(&pty, token);
		pty_type(&pty, "'\n");
		wait_until(count_processes(token) == 1); /* a shell would handle Ctrl-C */
		assert_false(is_raw(&pty));
		pty_type(&pty, "\x03");
		pty_expect_status(&pty, 130);
		pty_exit_shell(&pty);
	}
}

static void without_input_it_runs_in_the_background(void **state)
{
	struct pty pty;

	(void)state;
	pty_start_shell(&pty, "bash");
	pty_type(&pty, RUN "-t /bin/sh -c 'echo do\"\"ne; exit 3' & wait $!\n");
	pty_expect(&pty, "done\r");
	pty_expect_status(&pty, 3);
	pty_exit_shell(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_terminal_is_as_before),
		host_test(so_it_is_after_signals),
		host_test(other_signals_do_no_harm),
		host_test(ctrl_z_goes_inside),
		host_test(a_job_that_is_stopped_gives_the_terminal_back),
		host_test(a_job_that_is_stopped_by_force_goes_on),
		host_test(in_the_background_it_stops_until_it_has_the_terminal),
		host_test(without_input_ctrl_c_ends_it),
		host_test(without_input_it_runs_in_the_background),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
