/*
 * common/terminal.c and the job control of common/wait.c: a person at a terminal, a shell, and a
 * step that runs a shell, with each of the steps.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "pty.h"

static const char *const steps[] = { "./step-01", "./step-02", "./step-02 --init" };

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

/* The quotes keep the terminal's echo from looking like the prompt. */
#define INNER_BASH    "env PS1='in''ner> ' bash --norc --noprofile -i"
#define INNER_BUSYBOX "env PS1='in''ner> ' rootfs/busybox/bin/busybox sh"

/* Starts a job that sleeps, and waits until it has the terminal and its own signal handlers. */
static void sleep_in_foreground(struct pty *pty)
{
	const char *token = random_name();
	char line[64];

	snprintf(line, sizeof(line), "build/probe sleep 60 %s", token);
	pty_run_job(pty, line, pty_foreground(pty));
	wait_until(count_processes(token) == 1);
}

/* Tries job control at the prompt of the shell that the step runs. */
static void use_job_control(struct pty *pty, bool is_bash)
{
	pid_t shell = pty_foreground(pty);

	pty_type(pty, "build/probe sleep 60 &\n");
	pty_expect(pty, "inner> ");
	pty_type(pty, "jobs\n");
	pty_expect(pty, "Running");
	pty_expect(pty, "inner> ");
	pty_run_job(pty, "fg", shell);
	pty_type(pty, "\x03");
	pty_expect_status(pty, 130);

	sleep_in_foreground(pty);
	pty_type(pty, "\x1a");
	pty_expect(pty, "Stopped");
	pty_expect(pty, "inner> ");
	if (is_bash) { /* busybox sometimes does not print its prompt, without a step as well */
		pty_type(pty, "bg\n");
		pty_expect(pty, "inner> ");
		pty_type(pty, "jobs\n");
		pty_expect(pty, "Running");
		pty_expect(pty, "inner> ");
	}
	pty_run_job(pty, "fg", shell);
	pty_type(pty, "\x03");
	pty_expect_status(pty, 130);
}

static void try_job_control(const char *outer, const char *step, const char *inner)
{
	struct pty pty;
	pid_t shell;

	pty_start_shell(&pty, outer);
	shell = pty_foreground(&pty);
	pty_type(&pty, step);
	pty_type(&pty, " ");
	pty_type(&pty, inner);
	pty_type(&pty, "\n");
	pty_expect(&pty, "inner> ");
	assert_int_not_equal(pty_foreground(&pty), shell);
	use_job_control(&pty, strcmp(inner, INNER_BASH) == 0);
	pty_type(&pty, "exit 7\n");
	pty_expect_status(&pty, 7);
	assert_int_equal(pty_foreground(&pty), shell);
	pty_exit_shell(&pty);
	assert_null(strstr(pty.seen, "job control"));
	assert_null(strstr(pty.seen, "can't access tty"));
}

static void a_shell_has_job_control(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		try_job_control("bash", steps[i], INNER_BASH);
		try_job_control("bash", steps[i], INNER_BUSYBOX);
		try_job_control("busybox sh", steps[i], INNER_BASH);
		try_job_control("busybox sh", steps[i], INNER_BUSYBOX);
	}
}

static void the_command_has_the_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;

		pty_start_shell(&pty, "bash");
		pty_type(&pty, steps[i]);
		pty_type(&pty, " build/probe tty\n");
		pty_expect(&pty,
			   "stdin yes\r\nstdout yes\r\nstderr yes\r\ncontrolling yes\r\n"
			   "foreground yes\r\nrows 24\r\ncolumns 80\r\n");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
	}
}

/*
 * A shell would restore the terminal. The caller is no shell here, so a wrong setting is the step's
 * fault.
 */
static void the_callers_terminal_is_as_before(void **state)
{
	static const char *const commands[] = {
		"true",
		"sh -c 'stty raw -echo'",
		"sh -c 'stty raw -echo; kill -9 $$; exit 9'",
		"bash --norc -ic 'stty -icanon; exec bash --norc -c \"stty raw; exit 9\"'",
		"/none",
	};

	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		for (size_t j = 0; j < sizeof(commands) / sizeof(commands[0]); j++) {
			char script[512];
			struct pty pty;

			snprintf(script, sizeof(script),
				 "before=$(stty -g); %s %s; [ \"$(stty -g)\" = \"$before\" ] && "
				 "echo same; build/probe tty",
				 steps[i], commands[j]);
			pty_start(&pty, (const char *const[]){ "sh", "-c", script, NULL });
			pty_expect(&pty, "same\r\n");
			pty_expect(&pty, "foreground yes\r\n");
			assert_int_equal(pty_finish(&pty), 0);
		}
	}
}

/* A shell is killed that has the terminal and has turned off its echo, as for a password. */
static void the_terminal_comes_back_from_a_killed_shell(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;
		pid_t shell;

		pty_start_shell(&pty, "busybox sh");
		shell = pty_foreground(&pty);
		pty_type(&pty, steps[i]);
		pty_type(&pty, " sh -c 'stty -echo; echo rea\"\"dy; cat'\n");
		pty_expect(&pty, "ready");
		assert_int_not_equal(pty_foreground(&pty), shell);
		assert_int_equal(kill(-pty_foreground(&pty), SIGKILL), 0);
		pty_expect_status(&pty, 137);
		assert_int_equal(pty_foreground(&pty), shell);
		pty_type(&pty, "stty -a\n");
		pty_expect(&pty, " echo ");
		pty_expect(&pty, "outer> ");
		pty_exit_shell(&pty);
	}
}

static void ctrl_c_reaches_a_handler(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;

		pty_start_shell(&pty, "bash");
		pty_type(&pty, steps[i]);
		pty_type(&pty, " build/probe trap -n 1 INT\n");
		pty_expect(&pty, "ready\r\n");
		pty_type(&pty, "\x03");
		pty_expect(&pty, "got SIGINT\r\n");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
	}
}

static void ctrl_c_inside_does_not_reach_the_calling_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		char line[256];
		struct pty pty;

		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line), "sh -c \"%s %s; echo go-on-\\$?-\"\n", steps[i],
			 INNER_BASH);
		pty_type(&pty, line);
		pty_expect(&pty, "inner> ");
		sleep_in_foreground(&pty);
		pty_type(&pty, "\x03");
		pty_expect_status(&pty, 130);
		pty_type(&pty, "exit 3\n");
		pty_expect(&pty, "go-on-3-");
		pty_expect(&pty, "outer> ");
		pty_exit_shell(&pty);
	}
}

/* The step leads the session, so no shell could continue it: Ctrl-Z must not stop it for good. */
static void without_a_shell_ctrl_z_does_no_harm(void **state)
{
	struct pty pty;

	(void)state;
	pty_start(&pty,
		  (const char *const[]){ "./step-01", "build/probe", "trap", "-n", "1", "INT",
					 NULL });
	pty_expect(&pty, "ready\r\n");
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "^Z");
	pty_type(&pty, "\x03");
	pty_expect(&pty, "got SIGINT\r\n");
	assert_int_equal(pty_finish(&pty), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_shell_has_job_control),
		host_test(the_command_has_the_terminal),
		host_test(the_callers_terminal_is_as_before),
		host_test(the_terminal_comes_back_from_a_killed_shell),
		host_test(ctrl_c_reaches_a_handler),
		host_test(ctrl_c_inside_does_not_reach_the_calling_script),
		host_test(without_a_shell_ctrl_z_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
