/* Step 03 when a system call fails: each one on the way to the command, once. */
#include "faults.h"
#include "test_03.h"

static const struct tolerated tolerated[] = {
	{ "ioctl", HOST_SURVIVES, "stdout is no terminal then, there is none to lend" },
	{ "close", SURVIVED, "the descriptor is closed all the same: close(2)" },
	{ "rt_sigtimedwait", SURVIVED, "it is asked again" },
	{ "readlinkat", SURVIVED, "then it is no link, and the directory is made" },
	{ "recvfrom", HOST_SURVIVES, "the child has left no message" },
	{ "rt_sigaction", CANNOT_FAIL, "signal and addresses are right" },
	{ "rt_sigprocmask", CANNOT_FAIL, "what to do and addresses are right" },
	{ "newfstatat", CANNOT_FAIL, "the descriptors are open, and \"/\" is there" },
	{ "fstat", CANNOT_FAIL, "the same, with a newer C library" },
	{ "umask", CANNOT_FAIL, "umask(2): it always succeeds" },
	{ "uname", CANNOT_FAIL, "the address is right" },
	{ "openat /etc/resolv.conf", CANNOT_FAIL, "it can: the next test" },
	{ "write", CANNOT_FAIL, "it can: a test below; here our message would be lost, too" },
	{ 0 },
};

static void every_system_call_of_it_may_fail(void **state)
{
	(void)state;
	fail_each_call((const char *const[]){ "./step-03", "--hostname", random_name(), "--tmpfs",
					      "/mnt:size=1m", "--volume", "/etc:/tmp:ro",
					      "--read-only", "--workdir", "/tmp", "/bin/probe",
					      "echo-args", random_name(), NULL },
		       tolerated);
}

/* Runs a program with one fault, in the syntax of strace(1), in all its processes. */
#define run_with_fault(...)                                                                        \
	run("strace", "-qqf", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0", __VA_ARGS__)

static void a_resolver_that_cannot_be_opened_is_told(void **state)
{
	(void)state;
	assert_refused(run_with_fault("-P", "/etc/resolv.conf", "-e", "inject=openat:error=EACCES",
				      "./step-03", "true"),
		       125, "step-03: read /etc/resolv.conf: EACCES");
	assert_success(run_with_fault("-P", "/etc/resolv.conf", "-e", "inject=openat:error=ENOENT",
				      "./step-03", "true"));
}

static void a_file_of_etc_that_cannot_be_made_is_told(void **state)
{
	static const char *const names[] = { "hostname", "hosts", "resolv.conf" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4200], message[64];

		snprintf(message, sizeof(message), "step-03: open %s: EDQUOT", names[i]);
		assert_refused(run_with_fault("-P", names[i], "-e", "inject=openat:error=EDQUOT",
					      "./step-03", "true"),
			       125, message);
		/* The file is on the tmpfs that covers the directory. */
		assert_non_null(getcwd(path, 4096));
		snprintf(path + strlen(path), 100, "/rootfs/busybox/%s", names[i]);
		snprintf(message, sizeof(message), "step-03: write %s: ENOSPC", names[i]);
		assert_refused(run_with_fault("-P", path, "-e", "inject=write:error=ENOSPC",
					      "./step-03", "true"),
			       125, message);
	}
}

static void a_chroot_that_fails_is_told(void **state)
{
	(void)state;
	assert_refused(
		run_with_fault("-e", "inject=chroot:error=EPERM", "./step-03", "--chroot", "true"),
		125, "step-03: chroot: EPERM");
}

static void a_second_volume_that_fails_is_told(void **state)
{
	(void)state;
	assert_refused(run_with_fault("-P", "/var", "-e", "inject=open_tree:error=ENOMEM",
				      "./step-03", "-v", "/etc:/tmp", "-v", "/var:/mnt", "true"),
		       125, "step-03: open_tree /var: ENOMEM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_system_call_of_it_may_fail),
		host_test(a_resolver_that_cannot_be_opened_is_told),
		host_test(a_file_of_etc_that_cannot_be_made_is_told),
		host_test(a_chroot_that_fails_is_told),
		host_test(a_second_volume_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
