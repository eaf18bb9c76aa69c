/* Step 06 when a system call fails: each call on the way to the command, one at a time. */
#include "faults.h"
#include "test_03.h"

static const struct tolerated tolerated[] = {
	{ "ioctl TCGETS", HOST_SURVIVES, "stdout is no terminal then, there is none to lend" },
	{ "ioctl TIOCGWINSZ", HOST_SURVIVES, "a terminal without a size" },
	{ "ioctl TIOCGSID", HOST_SURVIVES, "then the stream is no terminal of ours" },
	{ "ioctl TIOCGPTPEER", HOST_SURVIVES, "held for the relay, which goes without" },
	{ "openat /proc/self/uid_map", HOST_SURVIVES, "then we are the machine's root" },
	{ "close", SURVIVED, "the descriptor is closed all the same: close(2)" },
	{ "rt_sigtimedwait", SURVIVED, "it is asked again" },
	{ "poll", CANNOT_FAIL, "how often it is called is a matter of time" },
	{ "lseek", SURVIVED, "fclose(3) of a file that was read in part" },
	{ "readlinkat", SURVIVED, "then it is no link, and the directory is made" },
	{ "recvfrom", HOST_SURVIVES, "the child has left no message" },
	{ "getrandom", HOST_SURVIVES, "the memory allocator's" },
	{ "prlimit64", HOST_SURVIVES, "our own limit may be lower than the default one, or not" },
	{ "faccessat2", CANNOT_FAIL, "it can: test_05_hierarchy.c" },
	{ "openat .", HOST_SURVIVES, "the top of a hierarchy, to look for leftovers" },
	{ "fcntl", HOST_SURVIVES, "so is that" },
	{ "fcntl", CANNOT_FAIL, "in the container: the descriptor is open" },
	{ "getdents64", CANNOT_FAIL, "it can: leftovers can wait, the list of processors cannot" },
	{ "unlinkat", HOST_WARNS, "the cgroup stays, and the next step removes it" },
	{ "rt_sigaction", CANNOT_FAIL, "signal and addresses are right" },
	{ "rt_sigprocmask", CANNOT_FAIL, "what to do and addresses are right" },
	{ "newfstatat", CANNOT_FAIL, "the descriptors are open, and \"/\" is there" },
	{ "fstat", CANNOT_FAIL, "the same, with a newer C library" },
	{ "umask", CANNOT_FAIL, "umask(2): it always succeeds" },
	{ "uname", CANNOT_FAIL, "the address is right" },
	{ "getpid", CANNOT_FAIL, "getpid(2): it always succeeds" },
	{ "clock_gettime", CANNOT_FAIL, "clock and address are right" },
	{ "geteuid", CANNOT_FAIL, "geteuid(2): it always succeeds" },
	{ "getegid", CANNOT_FAIL, "so does getegid(2)" },
	{ "sched_getaffinity", CANNOT_FAIL, "the address is right" },
	{ "openat /etc/resolv.conf", CANNOT_FAIL, "it can: chapter 3's tests" },
	{ "write", CANNOT_FAIL, "it can: chapter 5's tests" },
	{ "read", CANNOT_FAIL, "it can: chapter 5's tests" },
	{ "setsid", CANNOT_FAIL, "it leads no process group" },
	{ "signalfd4", CANNOT_FAIL, "sets and flags are right" },
	{ "setsockopt", SURVIVED, "the kernel then explains less of what it refuses" },
	{ "getsockname", CANNOT_FAIL, "the socket is open; libmnl takes it for bind(2)" },
	{ 0 },
};

static void every_system_call_of_it_may_fail(void **state)
{
	(void)state;
	fail_each_call((const char *const[]){ "./step-06", "run", "--network", "none", "-u",
					      "user:users", "--group-add", "audio", "/bin/probe",
					      "echo-args", random_name(), NULL },
		       tolerated);
}

static void so_it_may_with_a_terminal_and_users_of_its_own(void **state)
{
	(void)state;
	fail_each_call((const char *const[]){ "./step-06", "run", "--network", "none", "-t",
					      "--userns", "auto", "/bin/probe", "echo-args",
					      random_name(), NULL },
		       tolerated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
		host_test(so_it_may_with_a_terminal_and_users_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
