/*
 * common/job.c: signals that a command sends to its own process group do not reach the step's
 * caller.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "pty.h"

static const char *const steps[] = {
	"./step-01",
	"./step-02",
	"./step-02 --init",
	"./step-03",
	"./step-04 --network none",
	"./step-05 --network none",
	"./step-06 run --network none",
	"./step-06 run --init -i --network none",
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]), INNERMOST = 3 };

static const char *const attacks[] = {
	"kill -9 0; exit 3",
	"kill -TERM 0; exit 3",
	"trap 'kill 0' EXIT; exit 3",
	"trap 'kill -INT 0' EXIT; exit 3",
	"kill -HUP 0; kill -QUIT 0; kill -USR1 0; exit 3",
};

enum { ATTACKS = sizeof(attacks) / sizeof(attacks[0]) };

/* The ways in which a script may call a step. X stands for the step. */
static const char *const ways[] = {
	"X",
	"X | cat",
	"echo | X",
	"y=$(X)",
	"X </dev/null >/dev/null 2>&1",
	"X & wait",
	"nohup X >/dev/null",
	"setsid -w X",
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static const char *script(const char *way, const char *step, const char *attack)
{
	static char text[1024];
	const char *place = strchr(way, 'X');

	snprintf(text, sizeof(text), "%.*s%s /bin/sh -c \"%s\"%s; echo go-o''n-%s",
		 (int)(place - way), way, step, attack, place + 1, way);
	*strrchr(text, '-') = '\0';
	return text;
}

static void the_callers_group_survives(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++)
		for (size_t j = 0; j < ATTACKS; j++)
			assert_contains(run("sh", "-c", script("X", steps[i], attacks[j]))->out,
					"go-on");
}

static void however_it_calls_the_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < INNERMOST; i++)
		for (size_t j = 0; j < WAYS; j++)
			assert_contains(run("sh", "-c", script(ways[j], steps[i], attacks[0]))->out,
					"go-on");
}

static void so_it_is_in_a_terminal(void **state)
{
	struct pty pty;

	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		for (size_t j = 0; j < WAYS; j++) {
			pty_start(&pty,
				  (const char *const[]){ "sh", "-c",
							 script(ways[j], steps[i], attacks[0]),
							 NULL });
			pty_expect(&pty, "go-on");
			assert_int_equal(pty_finish(&pty), 0);
		}
	}
}

static void without_a_terminal_it_has_a_session_of_its_own(void **state)
{
	static const char *const ids = "cut -d' ' -f5,6 /proc/self/stat";
	char line[256], ours[64];

	(void)state;
	snprintf(line, sizeof(line), "%s; ./step-01 sh -c \"%s\"", ids, ids);
	strcpy(ours, run("sh", "-c", line)->out);
	assert_int_not_equal(atoi(ours), atoi(strchr(ours, '\n')));
	assert_int_not_equal(atoi(strchr(ours, ' ')), atoi(strrchr(ours, ' ')));
	assert_int_equal(atoi(strrchr(ours, ' ')), atoi(strchr(ours, '\n')));
}

static void ctrl_c_reaches_all_of_a_command_that_is_not_in_the_foreground(void **state)
{
	static const char *const to[] = { " | cat", " >/dev/null", " </dev/null >/dev/null 2>&1" };

	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		for (size_t j = 0; j < sizeof(to) / sizeof(to[0]); j++) {
			const char *token = random_name();
			char line[256];
			struct pty pty;

			pty_start_shell(&pty, "bash");
			snprintf(line, sizeof(line), "%s bash -c 'build/probe sleep 60 %s; :'%s\n",
				 steps[i], token, to[j]);
			pty_type(&pty, line);
			wait_until(count_processes(token) == 1);
			pty_type(&pty, "\x03");
			pty_expect(&pty, "outer> ");
			wait_until(count_processes(token) == 0);
			pty_exit_shell(&pty);
		}
	}
}

/*
 * With --init, the init passes signals on and is in the process group as well. Each process must
 * still get each signal only once.
 */
static void it_reaches_each_process_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		char line[256];
		struct pty pty;

		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line),
			 "%s build/probe trap -n 3 INT QUIT | (trap '' INT QUIT; cat)\n", steps[i]);
		pty_type(&pty, line);
		pty_expect(&pty, "ready\r\n");
		pty_type(&pty, "\x03");
		pty_expect(&pty, "got SIGINT\r\n");
		usleep(100000);
		pty_type(&pty, "\x1c");
		pty_expect(&pty, "got SIG");
		assert_int_equal(strncmp(pty.seen + pty.read, "QUIT", 4), 0);
		pty_type(&pty, "\x03");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
	}
}

/*
 * Waits until the process is stopped. A process that sleeps in read(2) still takes what is typed
 * until it has acted on the stop signal.
 */
static bool has_stopped(const char *name)
{
	char script[128];

	snprintf(script, sizeof(script), "ps -eo stat=,comm= | grep -v ^T | grep -qw %s", name);
	return run_shell(script)->status != 0;
}

static void in_a_pipeline_it_may_read_the_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		char line[128];
		struct pty pty;
		pid_t shell;

		pty_start_shell(&pty, "bash");
		shell = pty_foreground(&pty);
		snprintf(line, sizeof(line), "%s cat | cat", steps[i]);
		pty_run_job(&pty, line, shell);
		pty_type(&pty, "word\n");
		pty_expect(&pty, "word\r\nword\r\n");
		pty_type(&pty, "\x1a");
		pty_expect(&pty, "Stopped");
		pty_expect(&pty, "outer> ");
		wait_until(has_stopped("cat"));
		pty_run_job(&pty, "fg", shell);
		pty_type(&pty, "again\n");
		pty_expect(&pty, "again\r\nagain\r\n");
		pty_type(&pty, "\x03");
		pty_expect(&pty, "outer> ");
		pty_exit_shell(&pty);
	}
}

/*
 * The command has read, so its process group has the terminal. Then the next command of the
 * pipeline reads the terminal.
 */
static void its_neighbour_may_read_the_terminal_after_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		char line[320], file[32];
		struct pty pty;

		snprintf(file, sizeof(file), "/tmp/%s", random_name());
		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line),
			 "%s bash -c 'read x; echo $x; until [ -e %s ]; do sleep 0.05; done' | "
			 "bash -c 'read x; echo first-$x-; read y </dev/tty; echo second-$y-; "
			 "touch %s'\n",
			 steps[i], file, file);
		pty_type(&pty, line);
		pty_type(&pty, "one\n");
		pty_expect(&pty, "first-one-");
		pty_type(&pty, "two\n");
		pty_expect(&pty, "second-two-");
		pty_expect_status(&pty, 0);
		pty_exit_shell(&pty);
		unlink(file);
	}
}

/* No shell can continue a job whose shell has ended: the job must not loop. */
static void an_orphan_that_reads_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < INNERMOST; i++) {
		const char *token = random_name();
		char line[128];
		struct pty pty;

		pty_start_shell(&pty, "bash");
		snprintf(line, sizeof(line), "(%s grep x - %s &)\n", steps[i], token);
		pty_type(&pty, line);
		pty_expect(&pty, "outer> ");
		wait_until(count_processes(token) == 0);
		pty_exit_shell(&pty);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_callers_group_survives),
		host_test(however_it_calls_the_step),
		host_test(so_it_is_in_a_terminal),
		host_test(without_a_terminal_it_has_a_session_of_its_own),
		host_test(ctrl_c_reaches_all_of_a_command_that_is_not_in_the_foreground),
		host_test(it_reaches_each_process_once),
		host_test(in_a_pipeline_it_may_read_the_terminal),
		host_test(its_neighbour_may_read_the_terminal_after_it),
		host_test(an_orphan_that_reads_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
