/* Signals at random moments of a step's life: nothing is left, whatever the moment. */
#include <signal.h>

#include "test_03.h"

/* A container that would stay for long, with mounts of each kind. */
#define KILL(signal)                                                                               \
	kill_at_random_moments(signal, "./step-03", "--hostname", "killed", "--tmpfs", "/tmp",     \
			       "--volume", "/etc:/mnt:ro", "--read-only", "probe", "sleep",        \
			       "1000", random_name())

static void an_interrupt_leaves_nothing(void **state)
{
	(void)state;
	KILL(SIGINT);
}

static void a_termination_leaves_nothing(void **state)
{
	(void)state;
	KILL(SIGTERM);
}

static void a_hangup_leaves_nothing(void **state)
{
	(void)state;
	KILL(SIGHUP);
}

static void a_kill_leaves_nothing(void **state)
{
	(void)state;
	KILL(SIGKILL);
}

static void with_an_init_a_termination_leaves_nothing(void **state)
{
	(void)state;
	kill_at_random_moments(SIGTERM, "./step-03", "--init", "probe", "sleep", "1000",
			       random_name());
}

static void with_an_init_a_kill_leaves_nothing(void **state)
{
	(void)state;
	kill_at_random_moments(SIGKILL, "./step-03", "--init", "probe", "sleep", "1000",
			       random_name());
}

static void the_end_of_the_container_from_outside_is_told_by_the_status(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH "mkfifo $d/go; ./step-03 --volume $d:/mnt sh -c "
				     "'echo >/mnt/go; exec probe sleep 1000' & read line <$d/go\n"
				     "kill -KILL $(pgrep -P $!); status=0; wait $! || status=$?\n"
				     "echo $status",
			     NULL),
		      "137\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_interrupt_leaves_nothing),
		host_test(a_termination_leaves_nothing),
		host_test(a_hangup_leaves_nothing),
		host_test(a_kill_leaves_nothing),
		host_test(with_an_init_a_termination_leaves_nothing),
		host_test(with_an_init_a_kill_leaves_nothing),
		host_test(the_end_of_the_container_from_outside_is_told_by_the_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
