/* Step 01 when a system call fails. */
#include "faults.h"
#include "harness.h"
#include "pty.h"

static void every_system_call_of_it_may_fail(void **state)
{
	static const struct tolerated tolerated[] = {
		{ "ioctl", HOST_SURVIVES, "stdout is no terminal then, there is none to lend" },
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

/* If the terminal cannot be lent, the command runs without job control. */
static void a_terminal_that_refuses_is_survived(void **state)
{
	static const char *const faults[] = {
		"inject=ioctl:error=EIO:when=1",
		"inject=ioctl:error=EIO:when=2",
		"inject=ioctl:error=EIO:when=3",
		"inject=ioctl:error=EIO:when=4",
		"inject=ioctl:error=EIO:when=5",
		"inject=ioctl:error=EIO:when=6",
		"inject=ioctl:error=EIO",
		"inject=setpgid:error=EPERM",
		"inject=openat:error=EMFILE:when=2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const char *token = random_name();
		struct pty pty;

		pty_start(&pty,
			  (const char *const[]){ "strace", "-qq", "-o", "/dev/null", "-E",
						 "ASAN_OPTIONS=detect_leaks=0", "-e", faults[i],
						 "./step-01", "build/probe", "echo-args", token,
						 NULL });
		pty_expect(&pty, token);
		if (pty_finish(&pty) != 0)
			fail_msg("%s: %s", faults[i], pty.seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
		host_test(a_terminal_that_refuses_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
