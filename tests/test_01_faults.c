/* Step 01 when a system call fails. */
#include "faults.h"
#include "harness.h"

static void every_system_call_of_it_may_fail(void **state)
{
	static const struct tolerated tolerated[] = {
		{ "openat /dev/tty", SURVIVED, "without a terminal there is none to lend" },
		{ "close", SURVIVED, "the descriptor is closed all the same: close(2)" },
		{ "rt_sigtimedwait", SURVIVED, "it is asked again" },
		{ "recvfrom", HOST_SURVIVES, "the child has left no message" },
		{ "rt_sigaction", CANNOT_FAIL, "signal and addresses are right" },
		{ "rt_sigprocmask", CANNOT_FAIL, "what to do and addresses are right" },
		{ 0 },
	};

	(void)state;
	fail_each_call((const char *const[]){ "./step-01", "--hostname", random_name(),
					      "--domainname", "example", "build/probe", "echo-args",
					      random_name(), NULL },
		       tolerated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
