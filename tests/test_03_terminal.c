/* Step 03 from a terminal: an interactive shell in the container has job control. */
#include <signal.h>

#include "pty.h"
#include "test_03.h"

/* Starts an interactive shell in a container and waits for its prompt. */
static void start_shell(struct pty *pty, const char *option)
{
	const char *const argv[] = { "./step-03", option, "--env", "PS1=ready> ", NULL };

	pty_start(pty, argv);
	pty_expect(pty, "ready> ");
}

static void leave(struct pty *pty, const char *last)
{
	pty_type(pty, last);
	assert_int_equal(pty_finish(pty), 42);
	assert_null(strstr(pty->seen, "can't access tty"));
	assert_null(strstr(pty->seen, "job control turned off"));
}

static void the_shell_is_in_the_foreground(void **state)
{
	struct pty pty;

	(void)state;
	start_shell(&pty, "--verbose");
	assert_int_not_equal(pty_foreground(&pty), pty.pid);
	pty_type(&pty, "probe tty\n");
	pty_expect(&pty, "controlling yes");
	pty_expect(&pty, "foreground yes");
	leave(&pty, "exit 42\n");
}

static void jobs_stop_go_on_and_are_interrupted(const char *option)
{
	struct pty pty;
	pid_t shell;

	start_shell(&pty, option);
	shell = pty_foreground(&pty);
	/* Once the job prints "started", it has its own process group and signal handlers. */
	pty_type(&pty, "sh -c 'echo star\"\"ted; exec sleep 500'\n");
	pty_expect(&pty, "started");
	assert_int_not_equal(pty_foreground(&pty), shell);
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "ready> ");
	/*
	 * Output of the shell itself just after bg may be lost: SIGCHLD comes, because the job goes
	 * on, and busybox's write fails with EINTR. So the test asks ps.
	 */
	pty_type(&pty, "bg\n");
	pty_type(&pty,
		 "until ps -o stat,args | grep -q '^S.*[s]leep'; do usleep 1000; done; "
		 "echo as\"\"leep\n");
	pty_expect(&pty, "asleep");
	pty_expect(&pty, "ready> ");
	pty_type(&pty, "fg\n");
	wait_until(pty_foreground(&pty) != shell);
	pty_type(&pty, "\x03");
	pty_expect(&pty, "ready> ");
	assert_int_equal(pty_foreground(&pty), shell);
	pty_type(&pty, "echo status $?\n");
	pty_expect(&pty, "status 130");
	leave(&pty, "exit 42\n");
}

static void the_shell_as_pid_1_has_job_control(void **state)
{
	(void)state;
	jobs_stop_go_on_and_are_interrupted("--read-only");
}

static void the_shell_below_an_init_has_job_control(void **state)
{
	(void)state;
	jobs_stop_go_on_and_are_interrupted("--init");
}

static void the_end_of_input_ends_the_shell(void **state)
{
	struct pty pty;

	(void)state;
	start_shell(&pty, "--init");
	pty_type(&pty, "(exit 42)\n");
	pty_expect(&pty, "ready> ");
	leave(&pty, "\x04");
}

static void the_terminal_itself_is_not_in_the_containers_dev_pts(void **state)
{
	struct pty pty;

	(void)state;
	start_shell(&pty, "--init");
	pty_type(&pty, "ls /dev/pts | wc -l; tty\n");
	pty_expect(&pty, "1\r\nnot a tty");
	leave(&pty, "exit 42\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_shell_is_in_the_foreground),
		host_test(the_shell_as_pid_1_has_job_control),
		host_test(the_shell_below_an_init_has_job_control),
		host_test(the_end_of_input_ends_the_shell),
		host_test(the_terminal_itself_is_not_in_the_containers_dev_pts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
