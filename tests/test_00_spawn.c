/*
 * common/spawn.c and common/wait.c: the start and the end of a child. Each test runs in a process
 * of its own, since the calls change its signal mask. Steps 01 and 02 test the rest from outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "harness.h"
#include "spawn.h"

enum { WRONG = 99 };

static int exit_with(void *status)
{
	_exit(*(const int *)status);
}

static int each_exit_status(void)
{
	for (int status = 0; status < 256; status++) {
		autochild struct child child = CHILD_NONE;

		if (child_spawn(&child, 0, exit_with, &status) < 0 || child_release(&child) < 0 ||
		    child_wait(&child) != status || child.pid != 0)
			return WRONG;
	}
	return 0;
}

static void each_exit_status_comes_back(void **state)
{
	(void)state;
	assert_int_equal(run_function(each_exit_status), 0);
}

static int die_by(void *number)
{
	int signal_number = *(const int *)number;
	sigset_t none;

	/* child_spawn() leaves signals blocked in its caller, and a second child gets that mask. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	return -1;
}

static int each_signal(void)
{
	static const int deadly[] = { SIGHUP,  SIGINT,	SIGQUIT, SIGILL,  SIGABRT, SIGFPE,
				      SIGKILL, SIGSEGV, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1 };

	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		autochild struct child child = CHILD_NONE;
		int number = deadly[i];

		if (child_spawn(&child, 0, die_by, &number) < 0 || child_release(&child) < 0 ||
		    child_wait(&child) != 128 + number)
			return WRONG;
	}
	return 0;
}

static void death_by_a_signal_is_128_and_its_number(void **state)
{
	(void)state;
	assert_int_equal(run_function(each_signal), 0);
}

static int fail_inside(void *argument)
{
	errno = EXDEV;
	return fail_status(STATUS_NOT_FOUND, "inside %s", (const char *)argument);
}

static int failure_of_the_child(void)
{
	autochild struct child child = CHILD_NONE;
	static char word[] = "word";

	if (child_spawn(&child, CLONE_NEWUTS, fail_inside, word) < 0 || child_release(&child) < 0 ||
	    child_wait(&child) != -1)
		return WRONG;
	if (strcmp(fail_get()->text, "inside word: EXDEV Invalid cross-device link") != 0)
		return WRONG;
	return fail_get()->status;
}

static void a_failure_inside_comes_back_with_its_status(void **state)
{
	(void)state;
	assert_int_equal(run_function(failure_of_the_child), STATUS_NOT_FOUND);
}

static int gate[2]; /* a pipe */

static int tell_and_wait(void *argument)
{
	(void)argument;
	if (write(gate[1], "x", 1) == 1)
		pause();
	return -1;
}

/* Returns true if the gate is at end-of-file: its last writer has ended, and wrote nothing. */
static bool nothing_was_told(void)
{
	char byte;

	close(gate[1]);
	return read(gate[0], &byte, 1) == 0;
}

static int child_that_is_not_released(void)
{
	if (pipe2(gate, O_CLOEXEC) < 0)
		return WRONG;
	{
		autochild struct child child = CHILD_NONE;

		if (child_spawn(&child, CLONE_NEWPID, tell_and_wait, NULL) < 0 || child.pid <= 0)
			return WRONG;
	}
	return nothing_was_told() && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : WRONG;
}

static void a_child_that_is_not_released_runs_nothing_and_ends(void **state)
{
	(void)state;
	assert_int_equal(run_function(child_that_is_not_released), 0);
}

static int child_that_runs(void)
{
	char byte;

	if (pipe2(gate, O_CLOEXEC) < 0)
		return WRONG;
	{
		autochild struct child child = CHILD_NONE;

		if (child_spawn(&child, CLONE_NEWPID, tell_and_wait, NULL) < 0 ||
		    child_release(&child) < 0 || read(gate[0], &byte, 1) != 1)
			return WRONG;
	}
	return nothing_was_told() && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : WRONG;
}

static void a_child_that_runs_ends_with_its_scope(void **state)
{
	(void)state;
	assert_int_equal(run_function(child_that_runs), 0);
}

static int nothing_spawned(void)
{
	int before = dup(STDERR_FILENO), after;

	{
		autochild struct child child = CHILD_NONE;

		if (child.pid != 0)
			return WRONG;
	}
	after = dup(STDERR_FILENO);
	return after == before + 1 ? 0 : WRONG;
}

static void a_child_that_never_was_is_no_trouble(void **state)
{
	(void)state;
	assert_int_equal(run_function(nothing_spawned), 0);
}

static int nothing_left_open(void)
{
	int before = dup(STDERR_FILENO), status = 0, after;

	for (int i = 0; i < 3; i++) {
		autochild struct child child = CHILD_NONE;

		if (child_spawn(&child, 0, exit_with, &status) < 0 || child_release(&child) < 0 ||
		    child_wait(&child) != 0)
			return WRONG;
	}
	after = dup(STDERR_FILENO);
	return after == before + 1 ? 0 : WRONG;
}

static void no_descriptor_stays_open(void **state)
{
	(void)state;
	assert_int_equal(run_function(nothing_left_open), 0);
}

/*
 * The moments at which SIGKILL ends the parent: before it releases the child, at once after, or
 * while the child runs.
 */
enum moment { BEFORE, AFTER, RUNNING };
static enum moment moment;

static int die_suddenly(void)
{
	struct child child = CHILD_NONE;

	if (child_spawn(&child, CLONE_NEWPID, tell_and_wait, NULL) < 0)
		return WRONG;
	if (moment != BEFORE && child_release(&child) < 0)
		return WRONG;
	if (moment == RUNNING)
		child_wait(&child);
	raise(SIGKILL);
	return WRONG;
}

/*
 * Fails unless the child ends with its parent: then the gate is at end-of-file, after one byte at
 * most.
 */
static void assert_that_the_child_dies_with_us(enum moment when)
{
	char byte;
	pid_t pid;

	moment = when;
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(die_suddenly());
	close(gate[1]);
	if (when == RUNNING) {
		assert_int_equal(read(gate[0], &byte, 1), 1);
		kill(pid, SIGKILL);
	}
	assert_int_equal(finish(pid), 128 + SIGKILL);
	alarm(20); /* a child that lives on would keep the gate open */
	if (when == BEFORE)
		assert_int_equal(read(gate[0], &byte, 1), 0);
	else
		while (read(gate[0], &byte, 1) > 0)
			;
	alarm(0);
	close(gate[0]);
}

static void a_child_dies_with_us_before_its_release(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++)
		assert_that_the_child_dies_with_us(BEFORE);
}

static void a_child_dies_with_us_right_after_its_release(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++)
		assert_that_the_child_dies_with_us(AFTER);
}

static void a_child_dies_with_us_while_it_runs(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++)
		assert_that_the_child_dies_with_us(RUNNING);
}

static int spawn_with_unknown_namespace(void)
{
	autochild struct child child = CHILD_NONE;

	if (child_spawn(&child, CLONE_NEWUTS | CLONE_SIGHAND, exit_with, NULL) != -1)
		return WRONG;
	return strcmp(fail_get()->text,
		      "clone3 CLONE_NEWUTS: EINVAL Invalid argument; "
		      "this kernel lacks one of these namespaces") == 0
		? 0
		: WRONG;
}

static void what_the_kernel_does_not_know_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run_function(spawn_with_unknown_namespace), 0);
}

/* Writes the name of its UTS namespace to the pipe. */
static int print_namespace(void *argument)
{
	char link[64] = "";

	(void)argument;
	if (readlink("/proc/self/ns/uts", link, sizeof(link) - 1) > 0 &&
	    write(gate[1], link, strlen(link)) > 0)
		_exit(0);
	return -1;
}

static int namespace_of_child(void)
{
	autochild struct child child = CHILD_NONE;
	char ours[64] = "", theirs[64] = "";

	if (pipe2(gate, O_CLOEXEC) < 0 ||
	    child_spawn(&child, CLONE_NEWUTS, print_namespace, NULL) < 0 ||
	    child_release(&child) < 0 || child_wait(&child) != 0 ||
	    read(gate[0], theirs, sizeof(theirs) - 1) <= 0 ||
	    readlink("/proc/self/ns/uts", ours, sizeof(ours) - 1) <= 0)
		return WRONG;
	return strcmp(ours, theirs) ? 0 : WRONG;
}

static void the_child_is_in_the_new_namespaces(void **state)
{
	(void)state;
	assert_int_equal(run_function(namespace_of_child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_exit_status_comes_back),
		cmocka_unit_test(death_by_a_signal_is_128_and_its_number),
		cmocka_unit_test(a_failure_inside_comes_back_with_its_status),
		cmocka_unit_test(a_child_that_is_not_released_runs_nothing_and_ends),
		cmocka_unit_test(a_child_that_runs_ends_with_its_scope),
		cmocka_unit_test(a_child_that_never_was_is_no_trouble),
		cmocka_unit_test(no_descriptor_stays_open),
		cmocka_unit_test(a_child_dies_with_us_before_its_release),
		cmocka_unit_test(a_child_dies_with_us_right_after_its_release),
		cmocka_unit_test(a_child_dies_with_us_while_it_runs),
		cmocka_unit_test(what_the_kernel_does_not_know_is_refused),
		cmocka_unit_test(the_child_is_in_the_new_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
