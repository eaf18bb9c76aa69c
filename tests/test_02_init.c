/* Step 02: the command as PID 1, and the small init in its place. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "pty.h"
#include "signals.h"

static const struct {
	int number;
	const char *name;
} forwarded[] = {
	{ SIGINT, "SIGINT" },
	{ SIGTERM, "SIGTERM" },
	{ SIGHUP, "SIGHUP" },
	{ SIGQUIT, "SIGQUIT" },
};

enum { FORWARDED = sizeof(forwarded) / sizeof(forwarded[0]) };

static void orphans_stay_zombies_without_an_init(void **state)
{
	(void)state;
	assert_string_equal(run("./step-02", "sh", "-c", "build/probe orphans 7; :")->out,
			    "orphans 7\nzombies 0\n");
	assert_string_equal(run("./step-02", "build/probe", "orphans", "7")->out,
			    "orphans 7\nzombies 7\n");
	assert_string_equal(run("./step-02", "--init", "build/probe", "orphans", "7")->out,
			    "orphans 7\nzombies 0\n");
}

static void many_orphans_are_reaped(void **state)
{
	(void)state;
	assert_string_equal(run("./step-02", "--init", "build/probe", "orphans", "500")->out,
			    "orphans 500\nzombies 0\n");
}

static void signals_reach_a_pid_1_that_catches_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		char line[32];
		int out;
		pid_t pid = start_piped(&out, "./step-02", "build/probe", "trap", "-n", "2",
					forwarded[i].name);

		snprintf(line, sizeof(line), "got %s", forwarded[i].name);
		expect_line(out, "ready");
		kill(pid, forwarded[i].number);
		expect_line(out, line);
		kill(pid, forwarded[i].number);
		expect_line(out, line);
		assert_int_equal(finish(pid), 0);
		close(out);
	}
}

static void signals_reach_the_command_below_an_init(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		char line[32];
		int out;
		pid_t pid = start_piped(&out, "./step-02", "--init", "build/probe", "trap", "-n",
					"2", forwarded[i].name);

		snprintf(line, sizeof(line), "got %s", forwarded[i].name);
		expect_line(out, "ready");
		kill(pid, forwarded[i].number);
		expect_line(out, line);
		kill(pid, forwarded[i].number);
		expect_line(out, line);
		assert_int_equal(finish(pid), 0);
		close(out);
	}
}

/*
 * The kernel does not deliver a signal to a PID 1 that has no handler for it. So the step sends
 * SIGKILL, and its status is still 128+n.
 */
static void a_pid_1_without_a_handler_is_killed(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		const char *token = random_name();
		pid_t pid = start("./step-02", "build/probe", "sleep", "60", token);

		wait_until(count_processes(token) == 2);
		kill(pid, forwarded[i].number);
		assert_int_equal(finish(pid), 128 + forwarded[i].number);
		assert_int_equal(count_processes(token), 0);
	}
}

static void a_command_below_an_init_dies_by_the_signal_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		const char *token = random_name();
		int out;
		pid_t pid = start_piped(&out, "./step-02", "--init", "sh", "-c",
					"echo ready; exec build/probe sleep 60 $0", token);

		expect_line(out, "ready");
		kill(pid, forwarded[i].number);
		assert_int_equal(finish(pid), 128 + forwarded[i].number);
		assert_int_equal(count_processes(token), 0);
		close(out);
	}
}

/*
 * The terminal sends Ctrl-C to the whole process group, so the init need not pass it on, unless the
 * command does not exist yet (strace makes the fork slow). In a pipeline the step stays in its
 * caller's group.
 */
static void a_ctrl_c_before_the_fork_is_passed_on(void **state)
{
	const char *token = random_name();
	char line[256];
	struct pty pty;
	pid_t init;

	(void)state;
	pty_start_shell(&pty, "bash");
	snprintf(line, sizeof(line),
		 "strace -f -qq -o /dev/null -e trace=clone -e inject=clone:delay_enter=1000000 "
		 "./step-02 --init build/probe sleep 60 %s | cat\n",
		 token);
	pty_type(&pty, line);
	wait_until(count_processes(token) == 3); /* of strace, the step and the init */
	init = atoi(run("pgrep", "-n", "-f", token)->out);
	wait_until(signals_expected(init, SIGUSR1)); /* the init is about to fork */
	pty_type(&pty, "\x03");
	pty_expect(&pty, "outer> ");
	wait_until(count_processes(token) == 0);
	pty_exit_shell(&pty);
}

static void what_a_pid_1_ignores_is_left_to_it(void **state)
{
	int out;
	pid_t pid = start_piped(&out, "./step-02", "env", "--ignore-signal=TERM,HUP", "build/probe",
				"trap", "-n", "1", "INT");

	(void)state;
	expect_line(out, "ready");
	kill(pid, SIGTERM);
	kill(pid, SIGHUP);
	kill(pid, SIGINT);
	expect_line(out, "got SIGINT");
	assert_int_equal(finish(pid), 0);
	close(out);
}

/* A process inside cannot signal a PID 1 that has no handlers, as chapter 2 shows. */
static void pid_1_cannot_be_killed_from_inside(void **state)
{
	const struct result *result;

	(void)state;
	result = run("./step-02", "bash", "-c",
		     "sh -c 'for s in TERM INT HUP KILL STOP; do kill -$s 1; done'; echo alive; "
		     "exit 3");
	assert_string_equal(result->out, "alive\n");
	assert_int_equal(result->status, 3);
	/* The init forwards SIGTERM to the command. */
	result = run("./step-02", "--init", "sh", "-c", "kill -TERM 1; sleep 60; :");
	assert_int_equal(result->status, 128 + SIGTERM);
}

static void the_commands_end_is_the_end_of_all(void **state)
{
	const char *token = random_name();
	char script[256];

	(void)state;
	snprintf(script, sizeof(script),
		 "build/probe sleep 60 %s & setsid build/probe sleep 60 %s & exit 4", token, token);
	assert_int_equal(run("./step-02", "sh", "-c", script)->status, 4);
	assert_int_equal(count_processes(token), 0);
	assert_int_equal(run("./step-02", "--init", "sh", "-c", script)->status, 4);
	assert_int_equal(count_processes(token), 0);
}

static void nothing_outlives_a_step_that_is_killed(void **state)
{
	static const char *const options[] = { "--", "--init" };
	char script[256];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *token = random_name();
		pid_t pid;

		snprintf(script, sizeof(script),
			 "build/probe sleep 60 %s & setsid build/probe sleep 60 %s & wait", token,
			 token);
		pid = start("./step-02", options[i], "sh", "-c", script);
		wait_until(count_processes(token) == 2);
		kill(pid, SIGKILL);
		assert_int_equal(finish(pid), 128 + SIGKILL);
		wait_until(count_processes(token) == 0);
	}
}

static void a_stopped_command_goes_on_below_an_init(void **state)
{
	(void)state;
	assert_int_equal(run("./step-02", "--init", "sh", "-c", "kill -STOP $$; exit 6")->status,
			 6);
}

static void the_status_of_the_command_comes_through_an_init(void **state)
{
	(void)state;
	assert_int_equal(run("./step-02", "--init", "build/probe", "exit", "255")->status, 255);
	assert_int_equal(run("./step-02", "--init", "build/probe", "raise", "ABRT")->status,
			 128 + SIGABRT);
	assert_refused(run("./step-02", "--init", "/none"), 127, "execve /none: ENOENT ");
	assert_refused(run("./step-02", "--init", "/etc"), 126, "execve /etc: EACCES ");
}

static void an_init_has_no_descriptor_of_the_host(void **state)
{
	(void)state;
	assert_string_equal(
		run("./step-02", "--init", "sh", "-c", "ls /proc/1/fd | grep -c .; :")->out, "0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(orphans_stay_zombies_without_an_init),
		host_test(many_orphans_are_reaped),
		host_test(signals_reach_a_pid_1_that_catches_them),
		host_test(signals_reach_the_command_below_an_init),
		host_test(a_pid_1_without_a_handler_is_killed),
		host_test(a_command_below_an_init_dies_by_the_signal_itself),
		host_test(a_ctrl_c_before_the_fork_is_passed_on),
		host_test(what_a_pid_1_ignores_is_left_to_it),
		host_test(pid_1_cannot_be_killed_from_inside),
		host_test(the_commands_end_is_the_end_of_all),
		host_test(nothing_outlives_a_step_that_is_killed),
		host_test(a_stopped_command_goes_on_below_an_init),
		host_test(the_status_of_the_command_comes_through_an_init),
		host_test(an_init_has_no_descriptor_of_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
