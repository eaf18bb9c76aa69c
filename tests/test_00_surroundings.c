/*
 * The surroundings that a command gets from the caller of its step, and what it gives back:
 * descriptors, standard streams, signals, exit status. With each step they must be as without one.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

/* The program to run, with its options. */
static const char *const steps[] = { "./step-01", "./step-02", "./step-02 --init" };

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

/* Runs a shell script in which $step is the program to run, and $file the name of a new file. */
static const struct result *run_in_step(const char *step, const char *script)
{
	static char whole[2048];

	snprintf(whole, sizeof(whole),
		 "step='%s'; file=$(mktemp); %s\nstatus=$?; rm $file; exit $status", step, script);
	return run("bash", "-c", whole);
}

/*
 * Fails unless a script prints the same without a step ("env" changes nothing) and with each one.
 */
static void assert_alike(const char *script)
{
	static char wanted[65536];
	int status = run_in_step("env", script)->status;

	assert_int_equal(status, 0);
	snprintf(wanted, sizeof(wanted), "%s", run_in_step("env", script)->out);
	if (!wanted[0])
		fail_msg("the script prints nothing: %s", script);
	for (size_t i = 0; i < STEPS; i++) {
		const struct result *result = run_in_step(steps[i], script);

		if (strcmp(result->out, wanted) != 0)
			fail_msg("%s: %s\n%sinstead of\n%sstderr:\n%s", steps[i], script,
				 result->out, wanted, result->err);
	}
}

static void the_command_sees_no_descriptor_of_ours(void **state)
{
	(void)state;
	assert_alike("$step build/probe fds | grep -v pipe:");
	assert_alike("$step build/probe fds 7</etc/passwd 9>$file | sed s:$file::");
}

/* All combinations: a stream that is closed for the step is closed for the command. */
static void closed_streams_stay_closed(void **state)
{
	static const char *const closed[] = { "<&-",	  ">&-",      "2>&-",	     "<&- >&-",
					      "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-" };

	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		char script[256];

		snprintf(script, sizeof(script),
			 "$step sh -c 'ls /proc/$$/fd >'$file %s; grep -c . $file; "
			 "grep '^[012]$' $file; :",
			 closed[i]);
		assert_alike(script);
	}
}

static void a_failure_with_closed_streams_has_its_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		const struct result *result = run_in_step(
			steps[i], "exec 3>$file; $step /none <&- >&- 2>&-; echo $?; cat $file");

		assert_string_equal(result->out, "127\n");
		assert_string_equal(run_in_step(steps[i], "$step --nonsense 2>&-; echo $?")->out,
				    "125\n");
	}
}

static void streams_are_redirected_as_usual(void **state)
{
	(void)state;
	assert_alike("echo in | $step sh -c 'cat; echo err >&2' >$file 2>&1; cat $file");
	assert_alike("$step cat </etc/passwd >$file; cmp /etc/passwd $file && echo same");
	assert_alike("echo one >$file; $step sh -c 'echo two' >>$file; cat $file");
	assert_alike("$step sh -c 'echo a; echo b >&2' 2>/dev/null");
}

static void a_full_pipe_makes_the_command_wait(void **state)
{
	(void)state;
	assert_alike("$step head -c 300000 /dev/zero | (sleep 0.1; wc -c)");
	assert_alike("head -c 300000 /dev/zero | $step wc -c");
}

static void a_broken_pipe_ends_the_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		/* The kernel does not end PID 1 by SIGPIPE: its write(2) fails with EPIPE. */
		const char *wanted = strcmp(steps[i], "./step-02") == 0 ? "y\n1\n" : "y\n141\n";

		assert_string_equal(
			run_in_step(steps[i],
				    "$step yes 2>/dev/null | head -n 1; echo ${PIPESTATUS[0]}")
				->out,
			wanted);
	}
}

static void the_signal_mask_and_what_is_ignored_are_the_callers(void **state)
{
	(void)state;
	assert_alike("env --default-signal $step build/probe signals; echo .");
	assert_alike("env --ignore-signal=HUP,INT,QUIT,PIPE,USR1 $step build/probe signals");
	assert_alike("env --block-signal=TERM,USR2,WINCH,TSTP,CHLD $step build/probe signals");
}

/* If SIGCHLD were ignored, the kernel would discard the exit status. */
static void a_caller_may_ignore_sigchld(void **state)
{
	(void)state;
	assert_alike("env --ignore-signal=CHLD $step build/probe exit 7; echo $?");
	assert_alike("env --block-signal=CHLD $step build/probe exit 7; echo $?");
}

static void a_caller_may_ignore_or_block_all_it_likes(void **state)
{
	(void)state;
	assert_alike("nohup $step build/probe exit 7 2>/dev/null; echo $?");
	assert_alike("env --ignore-signal --block-signal $step build/probe exit 7; echo $?");
}

static void the_exit_status_is_the_commands(void **state)
{
	static const char *const statuses[] = { "0", "1", "2", "124", "125", "128", "255" };

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		char script[128];

		snprintf(script, sizeof(script), "$step build/probe exit %s; echo $?", statuses[i]);
		assert_alike(script);
	}
}

/* PID 1 gets no signal that it has no handler for, even if PID 1 sends it to itself. */
static void death_by_a_signal_is_128_and_its_number(void **state)
{
	(void)state;
	assert_string_equal(run_in_step("./step-01", "$step build/probe raise SEGV; echo $?")->out,
			    "139\n");
	assert_string_equal(
		run_in_step("./step-02 --init", "$step build/probe raise KILL; echo $?")->out,
		"137\n");
	assert_string_equal(
		run_in_step("./step-02 --init", "$step build/probe raise SEGV; echo $?")->out,
		"139\n");
	assert_string_equal(run_in_step("./step-02", "$step build/probe raise TERM; echo $?")->out,
			    "survived SIGTERM\n1\n");
}

static void a_command_that_cannot_be_run_has_126_or_127(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		assert_refused(run_in_step(steps[i], "$step /none"), 127, "execve /none: ENOENT ");
		assert_refused(run_in_step(steps[i], "$step /"), 126, "execve /: EACCES ");
	}
}

static void a_step_runs_in_a_step(void **state)
{
	(void)state;
	assert_alike("$step $step $step build/probe echo-args 1 2; $step $step false; echo $?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_command_sees_no_descriptor_of_ours),
		host_test(closed_streams_stay_closed),
		host_test(a_failure_with_closed_streams_has_its_status),
		host_test(streams_are_redirected_as_usual),
		host_test(a_full_pipe_makes_the_command_wait),
		host_test(a_broken_pipe_ends_the_command),
		host_test(the_signal_mask_and_what_is_ignored_are_the_callers),
		host_test(a_caller_may_ignore_sigchld),
		host_test(a_caller_may_ignore_or_block_all_it_likes),
		host_test(the_exit_status_is_the_commands),
		host_test(death_by_a_signal_is_128_and_its_number),
		host_test(a_command_that_cannot_be_run_has_126_or_127),
		host_test(a_step_runs_in_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
