/*
 * common/narrate.c: the lines of --verbose. The module's switch cannot be turned off again, so each
 * test runs in a process of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "narrate.h"

static char told[8192];

/* Runs `function`, and fills `told` with its output on stderr. `function` returns 0 on success. */
static void listen_to(int (*function)(void))
{
	int ends[2], status;
	ssize_t length;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		_exit(function());
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	length = read(ends[0], told, sizeof(told) - 1);
	assert_true(length >= 0);
	told[length] = '\0';
	close(ends[0]);
}

static int tell_without_start(void)
{
	narrate_as("container");
	narrate("clone3");
	return 0;
}

static void nothing_is_told_before_it_is_wanted(void **state)
{
	(void)state;
	listen_to(tell_without_start);
	assert_string_equal(told, "");
}

static int tell_both_sides(void)
{
	narrate_start();
	narrate("clone3 %s", "CLONE_NEWUTS");
	narrate_as("container");
	narrate("execve %d", 5);
	return 0;
}

static void each_line_begins_with_the_side(void **state)
{
	(void)state;
	listen_to(tell_both_sides);
	assert_string_equal(told, "[host] clone3 CLONE_NEWUTS\n[container] execve 5\n");
}

static int tell_with_errno(void)
{
	narrate_start();
	close(STDERR_FILENO); /* the write to stderr fails, with another errno */
	errno = EXDEV;
	narrate("mount");
	return errno != EXDEV;
}

static void errno_stays(void **state)
{
	(void)state;
	listen_to(tell_with_errno);
}

static int tell_at_length(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	narrate_start();
	narrate("%s", text);
	narrate("next");
	return 0;
}

static void what_is_too_long_is_cut_to_one_line(void **state)
{
	(void)state;
	listen_to(tell_at_length);
	assert_contains(told, "xxx\n[host] next\n");
	assert_true(strlen(told) < 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_told_before_it_is_wanted),
		cmocka_unit_test(each_line_begins_with_the_side),
		cmocka_unit_test(errno_stays),
		cmocka_unit_test(what_is_too_long_is_cut_to_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
