/* Step 01 as a learner runs it. */
#include "harness.h"

static void the_command_has_its_own_host_name(void **state)
{
	const char *name = random_name();

	(void)state;
	assert_contains(run("./step-01", "--hostname", name, "uname", "-n")->out, name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_command_has_its_own_host_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
