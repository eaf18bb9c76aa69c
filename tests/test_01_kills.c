/* Step 01, killed at random moments. */
#include <signal.h>

#include "harness.h"

static void an_interrupt_ends_the_command_too(void **state)
{
	(void)state;
	kill_at_random_moments(SIGINT, "./step-01", "build/probe", "sleep", "60", random_name());
}

static void a_termination_ends_the_command_too(void **state)
{
	(void)state;
	kill_at_random_moments(SIGTERM, "./step-01", "build/probe", "sleep", "60", random_name());
}

static void a_kill_of_the_step_ends_the_command_too(void **state)
{
	(void)state;
	kill_at_random_moments(SIGKILL, "./step-01", "build/probe", "sleep", "60", random_name());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_interrupt_ends_the_command_too),
		host_test(a_termination_ends_the_command_too),
		host_test(a_kill_of_the_step_ends_the_command_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
