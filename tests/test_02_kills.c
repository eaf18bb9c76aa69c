/* Step 02, killed at random moments. */
#include <signal.h>

#include "harness.h"

static void an_interrupt_ends_the_container(void **state)
{
	(void)state;
	kill_at_random_moments(SIGINT, "./step-02", "build/probe", "sleep", "60", random_name());
}

static void a_termination_ends_the_container(void **state)
{
	(void)state;
	kill_at_random_moments(SIGTERM, "./step-02", "build/probe", "sleep", "60", random_name());
}

static void a_kill_of_the_step_ends_the_container(void **state)
{
	(void)state;
	kill_at_random_moments(SIGKILL, "./step-02", "build/probe", "sleep", "60", random_name());
}

static void an_interrupt_ends_the_container_with_an_init(void **state)
{
	(void)state;
	kill_at_random_moments(SIGINT, "./step-02", "--init", "build/probe", "sleep", "60",
			       random_name());
}

static void a_termination_ends_the_container_with_an_init(void **state)
{
	(void)state;
	kill_at_random_moments(SIGTERM, "./step-02", "--init", "build/probe", "sleep", "60",
			       random_name());
}

static void a_kill_of_the_step_ends_the_container_with_an_init(void **state)
{
	(void)state;
	kill_at_random_moments(SIGKILL, "./step-02", "--init", "build/probe", "sleep", "60",
			       random_name());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_interrupt_ends_the_container),
		host_test(a_termination_ends_the_container),
		host_test(a_kill_of_the_step_ends_the_container),
		host_test(an_interrupt_ends_the_container_with_an_init),
		host_test(a_termination_ends_the_container_with_an_init),
		host_test(a_kill_of_the_step_ends_the_container_with_an_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
