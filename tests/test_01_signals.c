/* Step 01 and signals. */
#include <signal.h>
#include <unistd.h>

#include "harness.h"

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

static void signals_are_forwarded_to_the_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		char line[32];
		int out;
		pid_t pid = start_piped(&out, "./step-01", "build/probe", "trap", "-n", "2",
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

static void a_signal_that_kills_the_command_is_128_and_its_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORWARDED; i++) {
		int out;
		pid_t pid = start_piped(&out, "./step-01", "sh", "-c", "echo ready; exec sleep 60",
					random_name());

		expect_line(out, "ready");
		kill(pid, forwarded[i].number);
		assert_int_equal(finish(pid), 128 + forwarded[i].number);
		close(out);
	}
}

/* A signal that the step does not forward ends the step, and with it the command. */
static void the_command_does_not_outlive_the_step(void **state)
{
	static const int deadly[] = { SIGKILL, SIGUSR1, SIGABRT };
	const char *token = random_name();

	(void)state;
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		pid_t pid = start("./step-01", "build/probe", "sleep", "60", token);

		wait_until(count_processes(token) == 2);
		kill(pid, deadly[i]);
		assert_int_equal(finish(pid), 128 + deadly[i]);
		wait_until(count_processes(token) == 0);
	}
}

/* nohup, or a shell's &, ignores signals in this way. */
static void what_our_caller_ignores_stays_ignored(void **state)
{
	const char *token = random_name();
	pid_t pid = start("env", "--ignore-signal=HUP,INT,QUIT", "./step-01", "build/probe",
			  "sleep", "60", token);

	(void)state;
	wait_until(count_processes(token) == 2);
	kill(pid, SIGHUP);
	kill(pid, SIGINT);
	kill(pid, SIGQUIT);
	kill(pid, SIGTERM);
	assert_int_equal(finish(pid), 128 + SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(signals_are_forwarded_to_the_command),
		host_test(a_signal_that_kills_the_command_is_128_and_its_number),
		host_test(the_command_does_not_outlive_the_step),
		host_test(what_our_caller_ignores_stays_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
