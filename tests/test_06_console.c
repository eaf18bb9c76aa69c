/* Step 06, the terminal: the command's standard streams. */
#include <sys/ioctl.h>

#include "pty.h"
#include "test_03.h"

#define RUN "./step-06", "run", "--network", "none"

/* Starts a command with -ti. */
#define start_on_pty(pty, ...)                                                                     \
	pty_start(pty, (const char *const[]){ RUN, "-ti", __VA_ARGS__, NULL })

static void it_has_a_terminal_of_its_own(void **state)
{
	struct pty pty;

	(void)state;
	start_on_pty(&pty, "/bin/sh", "-c", "tty; probe tty; ls -1 /dev/pts");
	pty_expect(&pty,
		   "/dev/pts/0\r\nstdin yes\r\nstdout yes\r\nstderr yes\r\ncontrolling yes\r\n"
		   "foreground yes\r\nrows 24\r\ncolumns 80\r\n0\r\nptmx\r\n");
	assert_int_equal(pty_finish(&pty), 0);
}

static void so_it_has_without_one_of_ours(void **state)
{
	(void)state;
	assert_prints(run(RUN, "-t", "/bin/sh", "-c", "tty; test -t 0 && test -t 1 && test -t 2"),
		      "/dev/pts/0\r\n");
	assert_prints(run_with("lost\n", (const char *const[]){ RUN, "-t", "/usr/bin/tty", NULL }),
		      "/dev/pts/0\r\n");
}

static void both_streams_of_output_are_shown_in_order(void **state)
{
	(void)state;
	assert_prints(run(RUN, "-t", "/bin/sh", "-c", "echo 1; echo 2 >&2; echo 3"),
		      "1\r\n2\r\n3\r\n");
}

static void the_console_is_the_terminal(void **state)
{
	(void)state;
	assert_prints(run(RUN, "-t", "/bin/sh", "-c",
			  "stat -c %t:%T /dev/console; echo there >/dev/console"),
		      "88:0\r\nthere\r\n");
	assert_int_equal(run(RUN, "/bin/ls", "/dev/console")->status, 1);
}

static void it_belongs_to_the_user_and_to_the_group_tty(void **state)
{
	(void)state;
	assert_prints(run(RUN, "-t", "/bin/stat", "-c", "%u %g %a", "/dev/pts/0"), "0 5 620\r\n");
	assert_prints(run(RUN, "-t", "--user", "user", "/bin/sh", "-c",
			  "stat -c '%u %g %a' /dev/pts/0; echo there >/dev/pts/0"),
		      "1000 5 620\r\nthere\r\n");
}

static void each_container_has_its_own(void **state)
{
	const char *token = random_name();
	struct pty first, second;

	(void)state;
	start_on_pty(&first, "--hostname", token, "/bin/sh");
	pty_expect(&first, "# ");
	start_on_pty(&second, "/bin/sh", "-c", "tty; ls -1 /dev/pts");
	pty_expect(&second, "/dev/pts/0\r\n0\r\nptmx\r\n");
	assert_int_equal(pty_finish(&second), 0);
	pty_type(&first, "exit 3\n");
	assert_int_equal(pty_finish(&first), 3);
}

static void the_size_follows_ours(void **state)
{
	const struct winsize larger = { .ws_row = 50, .ws_col = 132 };
	struct pty pty;

	(void)state;
	start_on_pty(&pty, "/bin/sh", "-c",
		     "trap 'stty size; exit 4' WINCH; stty size; while :; do usleep 1000; done");
	pty_expect(&pty, "24 80\r\n");
	assert_int_equal(ioctl(pty.fd, TIOCSWINSZ, &larger), 0);
	pty_expect(&pty, "50 132\r\n");
	assert_int_equal(pty_finish(&pty), 4);
}

static void the_shell_has_job_control(void **state)
{
	struct pty pty;

	(void)state;
	for (int init = 0; init <= 1; init++) {
		start_on_pty(&pty, "--env", "PS1=ready> ", init ? "--init" : "--verbose");
		pty_expect(&pty, "ready> ");
		pty_type(&pty,
			 "sh -c 'trap \"echo resu\"\"med\" CONT; echo star\"\"ted; "
			 "while :; do usleep 1000; done'\n");
		pty_expect(&pty, "started");
		pty_type(&pty, "\x1a");
		pty_expect(&pty, "Stopped");
		pty_expect(&pty, "ready> ");
		pty_type(&pty, "fg\n");
		pty_expect(&pty, "resumed");
		pty_type(&pty, "\x03");
		pty_expect(&pty, "ready> ");
		pty_type(&pty, "echo status $?\n");
		pty_expect(&pty, "status 130");
		pty_type(&pty, "exit 42\n");
		assert_int_equal(pty_finish(&pty), 42);
		assert_null(strstr(pty.seen, "can't access tty"));
	}
}

/* The signals of these keys go to the command, not to the step. */
static void keys_that_send_signals_go_inside(void **state)
{
	struct pty pty;

	(void)state;
	start_on_pty(&pty, "/bin/probe", "trap", "-n", "2", "INT", "QUIT");
	pty_expect(&pty, "ready\r\n");
	pty_type(&pty, "\x03");
	pty_expect(&pty, "got SIGINT\r\n");
	pty_type(&pty, "\x1c");
	pty_expect(&pty, "got SIGQUIT\r\n");
	assert_int_equal(pty_finish(&pty), 0);
}

static void end_of_file_is_a_key(void **state)
{
	struct pty pty;

	(void)state;
	start_on_pty(&pty, "/bin/sh", "-c", "echo ready; cat; echo end; exit 6");
	pty_expect(&pty, "ready\r\n");
	pty_type(&pty, "word\n\x04");
	pty_expect(&pty, "word\r\nword\r\nend\r\n");
	assert_int_equal(pty_finish(&pty), 6);
}

static void what_is_typed_too_early_is_not_lost(void **state)
{
	struct pty pty;

	(void)state;
	start_on_pty(&pty, "/bin/sh", "-c", "read x; echo got-$x-");
	pty_type(&pty, "early\n");
	pty_expect(&pty, "got-early-\r\n");
	assert_int_equal(pty_finish(&pty), 0);
}

/* The last process that has the terminal open closes it, and opens it again, as systemd does. */
static void the_terminal_stays_when_nobody_has_it_open(void **state)
{
	(void)state;
	assert_prints(run(RUN, "-t", "/bin/sh", "-c",
			  "echo one; (sleep 0.3; exec >/dev/console; echo two) <&- >&- 2>&- & "
			  "exec <&- >&- 2>&-; wait"),
		      "one\r\ntwo\r\n");
}

static void a_terminal_needs_ours_to_read_from_it(void **state)
{
	(void)state;
	assert_refused(run(RUN, "-ti", "/bin/true"), 125, "step-06: the input device is not a TTY");
	assert_refused(run_with("x", (const char *const[]){ RUN, "-t", "-i", "/bin/true", NULL }),
		       125, "step-06: the input device is not a TTY");
}

static void input_goes_in_only_if_it_is_asked_for(void **state)
{
	(void)state;
	assert_prints(run_with("word\n", (const char *const[]){ RUN, "-i", "/bin/cat", NULL }),
		      "word\n");
	assert_prints(run_with("word\n", (const char *const[]){ RUN, "/bin/cat", NULL }), "");
	assert_prints(run_with("word\n",
			       (const char *const[]){ RUN, "/bin/sh", "-c",
						      "readlink /proc/self/fd/0; "
						      "mount | grep -c 'on /dev '",
						      NULL }),
		      "/dev/null\n1\n");
}

/* The input is the container's /dev/null: a change of the host's would be seen on the host. */
static void the_input_without_an_input_is_its_own(void **state)
{
	(void)state;
	assert_prints(script("before=$(stat -c %a /dev/null)\n"
			     "./step-06 run --network none /bin/sh -c 'chmod 600 /proc/self/fd/0'\n"
			     "test $before = $(stat -c %a /dev/null) && echo same",
			     NULL),
		      "same\n");
}

static void without_a_terminal_of_its_own_it_has_none(void **state)
{
	struct pty pty;

	(void)state;
	pty_start(&pty, (const char *const[]){ RUN, "-i", "/bin/probe", "tty", NULL });
	pty_expect(&pty, "controlling ENXIO\r\nforeground no\r\n");
	assert_int_equal(pty_finish(&pty), 1);
}

static void the_hosts_terminal_cannot_be_typed_at(void **state)
{
	struct pty pty;

	(void)state;
	if (run("grep", "-qs", "0", "/proc/sys/dev/tty/legacy_tiocsti")->status == 0)
		skip_because("dev.tty.legacy_tiocsti is 0: nobody can");
	for (int step = 5; step <= 6; step++) {
		char line[128];

		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line),
			 "./step-0%d %s --network none /bin/probe type $'echo in\"\"jected\\n'\n",
			 step, step == 6 ? "run -i" : "");
		pty_type(&pty, line);
		pty_expect(&pty, step == 5 ? "injected\r\n" : "EPERM");
		pty_expect(&pty, "outer> ");
		pty_exit_shell(&pty);
		assert_true(step == 5 || !strstr(pty.seen, "injected"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_has_a_terminal_of_its_own),
		host_test(so_it_has_without_one_of_ours),
		host_test(both_streams_of_output_are_shown_in_order),
		host_test(the_console_is_the_terminal),
		host_test(it_belongs_to_the_user_and_to_the_group_tty),
		host_test(each_container_has_its_own),
		host_test(the_size_follows_ours),
		host_test(the_shell_has_job_control),
		host_test(keys_that_send_signals_go_inside),
		host_test(end_of_file_is_a_key),
		host_test(what_is_typed_too_early_is_not_lost),
		host_test(the_terminal_stays_when_nobody_has_it_open),
		host_test(a_terminal_needs_ours_to_read_from_it),
		host_test(input_goes_in_only_if_it_is_asked_for),
		host_test(the_input_without_an_input_is_its_own),
		host_test(without_a_terminal_of_its_own_it_has_none),
		host_test(the_hosts_terminal_cannot_be_typed_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
