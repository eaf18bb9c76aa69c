/* Step 02 when a system call fails. */
#include "faults.h"
#include "harness.h"

static const struct tolerated tolerated[] = {
	{ "ioctl", HOST_SURVIVES, "stdout is no terminal then, there is none to lend" },
	{ "close", SURVIVED, "the descriptor is closed all the same: close(2)" },
	{ "rt_sigtimedwait", SURVIVED, "it is asked again" },
	{ "recvfrom", HOST_SURVIVES, "the child has left no message" },
	{ "set_robust_list", SURVIVED, "libc's, after fork; we have no robust mutexes" },
	{ "rt_sigaction", CANNOT_FAIL, "signal and addresses are right" },
	{ "rt_sigprocmask", CANNOT_FAIL, "what to do and addresses are right" },
	{ "rt_sigpending", CANNOT_FAIL, "the address is right" },
	{ "close_range", CANNOT_FAIL, "from 0 to the end is a range" },
	{ "wait4", CANNOT_FAIL, "init has a child until it ends, and WNOHANG is not interrupted" },
	{ 0 },
};

static void every_system_call_of_it_may_fail(void **state)
{
	(void)state;
	fail_each_call((const char *const[]){ "./step-02", "--hostname", random_name(),
					      "build/probe", "echo-args", random_name(), NULL },
		       tolerated);
}

static void every_system_call_with_an_init_may_fail(void **state)
{
	(void)state;
	fail_each_call((const char *const[]){ "./step-02", "--init", "build/probe", "echo-args",
					      random_name(), NULL },
		       tolerated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
		host_test(every_system_call_with_an_init_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
