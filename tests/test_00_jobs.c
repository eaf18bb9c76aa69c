/* A step as a job of an interactive shell: stopped, in the background, in a pipe, hung up. */
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "pty.h"

static const char *const steps[] = { "./step-01", "./step-02", "./step-02 --init" };

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void ctrl_z_stops_the_whole_job(void **state)
{
	const char *token = random_name();
	char line[64];
	struct pty pty;
	pid_t shell;

	(void)state;
	pty_start_shell(&pty, "bash");
	shell = pty_foreground(&pty);
	snprintf(line, sizeof(line), "./step-01 build/probe sleep 60 %s", token);
	pty_run_job(&pty, line, shell);
	wait_until(count_processes(token) == 2);
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "outer> ");
	assert_int_equal(pty_foreground(&pty), shell);
	pty_run_job(&pty, "fg", shell);
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "bg\n");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "jobs\n");
	pty_expect(&pty, "Running");
	pty_expect(&pty, "outer> ");
	pty_run_job(&pty, "fg", shell);
	pty_type(&pty, "\x03");
	pty_expect_status(&pty, 130);
	pty_exit_shell(&pty);
}

/*
 * The job is stopped, continued in the background, and brought to the foreground while it runs:
 * then bash sends it no SIGCONT.
 */
static void a_job_that_comes_back_may_read(void **state)
{
	const char *token = random_name();
	char line[256], file[64];
	struct pty pty;
	pid_t shell;

	(void)state;
	snprintf(file, sizeof(file), "/tmp/%s", token);
	pty_start_shell(&pty, "bash");
	shell = pty_foreground(&pty);
	snprintf(line, sizeof(line),
		 "./step-01 sh -c 'echo rea\"\"dy; until [ -e %s ]; do :; done; read x; "
		 "echo got-$x-'",
		 file);
	pty_run_job(&pty, line, shell);
	pty_expect(&pty, "ready");
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "bg\n");
	pty_expect(&pty, "outer> ");
	pty_run_job(&pty, "fg", shell);
	assert_int_equal(run("touch", file)->status, 0);
	pty_type(&pty, "word\n");
	pty_expect(&pty, "got-word-");
	pty_expect_status(&pty, 0);
	pty_exit_shell(&pty);
	unlink(file);
}

static void a_job_that_ends_in_the_background_leaves_the_terminal_alone(void **state)
{
	char line[256], file[64];
	struct pty pty;
	pid_t shell;

	(void)state;
	snprintf(file, sizeof(file), "/tmp/%s", random_name());
	pty_start_shell(&pty, "bash");
	shell = pty_foreground(&pty);
	snprintf(line, sizeof(line),
		 "./step-01 sh -c 'echo rea\"\"dy; until [ -e %s ]; do :; done; exit 5'", file);
	pty_run_job(&pty, line, shell);
	pty_expect(&pty, "ready");
	pty_type(&pty, "\x1a");
	pty_expect(&pty, "Stopped");
	pty_expect(&pty, "outer> ");
	pty_type(&pty, "bg\n");
	pty_expect(&pty, "outer> ");
	assert_int_equal(run("touch", file)->status, 0);
	pty_type(&pty, "wait %1\n");
	pty_expect_status(&pty, 5);
	assert_int_equal(pty_foreground(&pty), shell);
	pty_exit_shell(&pty);
	unlink(file);
}

/* `(step ... &)`: the subshell ends, its shell takes the terminal, and the step goes on. */
static void leave_a_job(struct pty *pty, const char *step)
{
	const char *token = random_name();
	char line[512], begun[64], ended[64];
	pid_t shell = pty_foreground(pty);

	snprintf(begun, sizeof(begun), "/tmp/%s-begun", token);
	snprintf(ended, sizeof(ended), "/tmp/%s-ended", token);
	snprintf(line, sizeof(line),
		 "(%s sh -c 'touch %s; until [ -e %s ]; do sleep 0.05; done' %s & "
		 "until [ -e %s ]; do sleep 0.05; done)\n",
		 step, begun, ended, token, begun);
	pty_type(pty, line);
	pty_expect(pty, "outer> ");
	assert_int_equal(pty_foreground(pty), shell);
	assert_int_equal(run("touch", ended)->status, 0);
	wait_until(count_processes(token) == 0);
	assert_int_equal(pty_foreground(pty), shell);
	unlink(begun);
	unlink(ended);
}

static void a_job_that_its_shell_has_left_leaves_the_terminal_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;

		pty_start_shell(&pty, "bash");
		leave_a_job(&pty, steps[i]);
		/* A shell that does not lead the session. */
		pty_type(&pty, "bash --norc --noprofile -i\n");
		pty_expect(&pty, "outer> ");
		leave_a_job(&pty, steps[i]);
		pty_type(&pty, "exit\n");
		pty_expect(&pty, "outer> ");
		pty_exit_shell(&pty);
	}
}

static void in_the_background_it_leaves_the_terminal_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;
		pid_t shell;

		pty_start_shell(&pty, "bash");
		shell = pty_foreground(&pty);
		pty_type(&pty, steps[i]);
		pty_type(&pty, " sleep 60 &\n");
		pty_expect(&pty, "outer> ");
		pty_type(&pty, steps[i]);
		pty_type(&pty, " build/probe tty </dev/null & wait $!\n");
		/* A process in a new PID namespace cannot see a process group of the host. */
		pty_expect(&pty, i == 0 ? "foreground no" : "controlling yes");
		pty_expect(&pty, "outer> ");
		assert_int_equal(pty_foreground(&pty), shell);
		pty_type(&pty, "kill %1; wait %1\n");
		pty_expect_status(&pty, 143);
		pty_exit_shell(&pty);
	}
}

static void in_the_background_it_stops_when_it_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		struct pty pty;
		pid_t shell;

		pty_start_shell(&pty, "bash");
		shell = pty_foreground(&pty);
		pty_type(&pty, steps[i]);
		pty_type(&pty, " cat &\n");
		pty_expect(&pty, "outer> ");
		pty_type(&pty,
			 "until jobs | grep -q Stopped; do sleep 0.05; done; echo sto''pped-now\n");
		pty_expect(&pty, "stopped-now");
		pty_expect(&pty, "outer> ");
		pty_run_job(&pty, "fg", shell);
		pty_type(&pty, "word\n");
		pty_expect(&pty, "word\r\nword\r\n");
		pty_type(&pty, "\x04");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
	}
}

static void a_pager_behind_it_may_read_the_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		char line[256], file[64];
		struct pty pty;

		snprintf(file, sizeof(file), "/tmp/%s", random_name());
		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line),
			 "%s sh -c 'until [ -e %s ]; do sleep 0.05; done; echo end' | sh -c 'echo "
			 "rea\"\"dy; read x </dev/tty; echo got-$x-; touch %s; cat'\n",
			 steps[i], file, file);
		pty_type(&pty, line);
		pty_expect(&pty, "ready");
		pty_type(&pty, "word\n");
		pty_expect(&pty, "got-word-\r\nend\r\n");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
		unlink(file);
	}
}

static void closing_the_terminal_ends_everything(void **state)
{
	static const char *const commands[] = {
		"%s build/probe sleep 60 %s\n", "%s build/probe sleep 60 %s &\n",
		"%s bash --norc -ic 'build/probe sleep 60 %s; :'\n"
	};

	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		for (size_t j = 0; j < sizeof(commands) / sizeof(commands[0]); j++) {
			const char *token = random_name();
			char line[256];
			struct pty pty;

			pty_start_shell(&pty, "bash");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(line, sizeof(line), commands[j], steps[i], token);
#pragma GCC diagnostic pop
			pty_type(&pty, line);
			wait_until(count_processes(token) > 0);
			close(pty.fd);
			finish(pty.pid);
			wait_until(count_processes(token) == 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(ctrl_z_stops_the_whole_job),
		host_test(a_job_that_comes_back_may_read),
		host_test(a_job_that_ends_in_the_background_leaves_the_terminal_alone),
		host_test(a_job_that_its_shell_has_left_leaves_the_terminal_alone),
		host_test(in_the_background_it_leaves_the_terminal_alone),
		host_test(in_the_background_it_stops_when_it_reads),
		host_test(a_pager_behind_it_may_read_the_terminal),
		host_test(closing_the_terminal_ends_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
