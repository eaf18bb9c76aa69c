/* Step 05 when a system call fails: each one on the way to the command, once. */
#include "faults.h"
#include "test_05.h"

static const struct tolerated tolerated[] = {
	{ "ioctl", HOST_SURVIVES, "stdout is no terminal then, there is none to lend" },
	{ "close", SURVIVED, "the descriptor is closed all the same: close(2)" },
	{ "rt_sigtimedwait", SURVIVED, "it is asked again" },
	{ "readlinkat", SURVIVED, "then it is no link, and the directory is made" },
	{ "recvfrom", HOST_SURVIVES, "the child has left no message" },
	{ "getrandom", HOST_SURVIVES, "the memory allocator's" },
	{ "faccessat2", CANNOT_FAIL, "it can: test_05_hierarchy.c" },
	{ "openat .", HOST_SURVIVES, "the top of a hierarchy, to look for leftovers" },
	{ "fcntl", HOST_SURVIVES, "so is that" },
	{ "getdents64", HOST_SURVIVES, "and that" },
	{ "unlinkat", HOST_WARNS, "the cgroup stays, and the next step removes it" },
	{ "rt_sigaction", CANNOT_FAIL, "signal and addresses are right" },
	{ "rt_sigprocmask", CANNOT_FAIL, "what to do and addresses are right" },
	{ "newfstatat", CANNOT_FAIL, "the descriptors are open, and \"/\" is there" },
	{ "fstat", CANNOT_FAIL, "the same, with a newer C library" },
	{ "umask", CANNOT_FAIL, "umask(2): it always succeeds" },
	{ "uname", CANNOT_FAIL, "the address is right" },
	{ "clock_gettime", CANNOT_FAIL, "clock and address are right" },
	{ "getpid", CANNOT_FAIL, "getpid(2): it always succeeds" },
	{ "geteuid", CANNOT_FAIL, "geteuid(2): it always succeeds" },
	{ "sched_getaffinity", CANNOT_FAIL, "the address is right" },
	{ "setsockopt", SURVIVED, "the kernel then explains less of what it refuses" },
	{ "getsockname", CANNOT_FAIL, "the socket is open; libmnl takes it for bind(2)" },
	{ "openat /etc/resolv.conf", CANNOT_FAIL, "it can: chapter 3's tests" },
	{ "write", CANNOT_FAIL, "it can: a test below; here our message would be lost, too" },
	{ "read", CANNOT_FAIL, "it can: a test below" },
	{ 0 },
};

static void every_system_call_of_it_may_fail(void **state)
{
	(void)state;
	need_controller("pids");
	need_controller("cpuset");
	fail_each_call((const char *const[]){ "./step-05", "--network", "host", "--pids-limit",
					      "50", "--cpuset-cpus", "0", "--device", "/dev/kmsg",
					      "/bin/probe", "echo-args", random_name(), NULL },
		       tolerated);
}

/* Runs the step with all limits. On its host side, the call `fault` fails the `when`-th time. */
static const struct result *run_with_fault(const char *fault, int when)
{
	char inject[64];

	snprintf(inject, sizeof(inject), "inject=%s:error=EIO:when=%d", fault, when);
	return run("strace", "-qq", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0", "-e",
		   inject, "./step-05", "--network", "host", "--memory", "64m",
		   "--memory-reservation", "32m", "--cpus", "1", "--cpu-shares", "512",
		   "--cpuset-cpus", "0", "--cpuset-mems", "0", "--pids-limit", "50", "--stats",
		   "true");
}

static void need_all_controllers(void)
{
	static const char *const names[] = { "memory", "cpu", "cpuset", "pids" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		need_controller(names[i]);
}

/* Each write fails once, until no write of a limit is left that can fail. */
static void every_limit_that_cannot_be_written_is_told(void **state)
{
	const struct result *result;
	int when = 1;

	(void)state;
	need_all_controllers();
	for (; (result = run_with_fault("write", when))->status == 125; when++)
		assert_refused(result, 125, "step-05: write ");
	/* The writes from here on are the step's output. */
	assert_int_equal(result->status, 0);
	assert_true(when > 8);
}

/*
 * A file that cannot be read before the start is an error. A file of the statistics, which are read
 * at the end, is only reported as unknown.
 */
static void every_file_that_cannot_be_read_is_told(void **state)
{
	const struct result *result;
	int told = 0, unknown = 0;

	(void)state;
	need_all_controllers();
#ifdef __SANITIZE_ADDRESS__
	skip_because("AddressSanitizer reads files, too, and takes it badly when it cannot");
#endif
	for (int when = 1; when < 100; when++) {
		result = run_with_fault("read", when);
		if (result->status == 127) {
			assert_contains(result->err, "shared libraries"); /* before main() */
		} else if (result->status == 125) {
			assert_refused(result, 125, "step-05: ");
			assert_contains(result->err, "EIO");
			told++;
		} else {
			assert_int_equal(result->status, 0);
			unknown += strstr(result->err, "unknown: ") != NULL;
		}
	}
	assert_true(told > 2 && unknown > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
		host_test(every_limit_that_cannot_be_written_is_told),
		host_test(every_file_that_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
