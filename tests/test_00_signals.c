/*
 * common/signals.c: the signals that the host side watches, and those that a process waits for or
 * handles.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "signals.h"

enum { WRONG = 99 };

static int watch(void)
{
	sigset_t watched;

	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signals_watched(&watched);
	return sigismember(&watched, SIGINT) && sigismember(&watched, SIGTERM) &&
			!sigismember(&watched, SIGHUP) && !sigismember(&watched, SIGQUIT) &&
			sigismember(&watched, SIGCHLD) && sigismember(&watched, SIGCONT) &&
			sigismember(&watched, SIGTSTP) && !sigismember(&watched, SIGUSR1)
		? 0
		: WRONG;
}

static void ignored_signals_are_not_watched(void **state)
{
	(void)state;
	assert_int_equal(run_function(watch), 0);
}

static int block(void)
{
	sigset_t mask, before;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	signal(SIGCHLD, SIG_IGN);
	signals_block(&before);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigismember(&before, SIGUSR1) && !sigismember(&before, SIGTERM) &&
			sigismember(&mask, SIGUSR1) && sigismember(&mask, SIGTERM) &&
			sigismember(&mask, SIGCHLD) && signal(SIGCHLD, SIG_DFL) == SIG_DFL
		? 0
		: WRONG;
}

static void the_callers_mask_is_kept(void **state)
{
	(void)state;
	assert_int_equal(run_function(block), 0);
}

static void on_signal(int number)
{
	(void)number;
}

/* Starts a process that catches SIGINT, ignores SIGHUP and blocks SIGTERM. */
static pid_t start_expecting(void)
{
	sigset_t mask;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0) {
		assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
		return pid;
	}
	signal(SIGINT, on_signal);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	for (;;)
		raise(SIGSTOP); /* the process has set its handlers */
}

static void a_process_expects_what_it_catches_ignores_or_blocks(void **state)
{
	pid_t pid = start_expecting();

	(void)state;
	assert_true(signals_expected(pid, SIGTERM));
	assert_true(signals_expected(pid, SIGINT));
	assert_true(signals_expected(pid, SIGHUP));
	assert_false(signals_expected(pid, SIGQUIT));
	assert_false(signals_expected(pid, SIGUSR1));
	kill(pid, SIGKILL);
	assert_int_equal(finish(pid), 128 + SIGKILL);
	assert_true(signals_expected(pid, SIGQUIT)); /* a process that has ended needs no signal */
}

/* sigwait(3) unblocks its signals while it waits, so SigBlk does not show them. */
static void a_process_expects_what_it_waits_for(void **state)
{
	sigset_t all, before;
	pid_t pid;

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before); /* the child begins with this mask */
	pid = fork();
	if (pid == 0)
		for (;;)
			sigwaitinfo(&all, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_true(pid > 0);
	for (int round = 0; round < 200; round++) {
		wait_until(signals_expected(pid, SIGTERM));
		kill(pid, SIGUSR1); /* the child waits, is woken, and waits again */
	}
	kill(pid, SIGKILL);
	assert_int_equal(finish(pid), 128 + SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ignored_signals_are_not_watched),
		cmocka_unit_test(the_callers_mask_is_kept),
		cmocka_unit_test(a_process_expects_what_it_catches_ignores_or_blocks),
		cmocka_unit_test(a_process_expects_what_it_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
