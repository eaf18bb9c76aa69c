/*
 * Chapter 6's seccomp filter: --security-opt, its effect, and what is compiled from rules. Docker's
 * own list is tested by test_06_seccomp_list.c.
 */
#include <asm/unistd.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "bpf_machine.h"
#include "seccomp_filter.h"
#include "test_03.h"

#define STEP	"./step-06 run --network none "
#define X32_BIT 0x40000000u

static void a_filter_is_there_by_default(void **state)
{
	(void)state;
	assert_prints(script(STEP "/bin/grep -E '^(Seccomp|NoNewPrivs)' /proc/self/status", NULL),
		      "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n");
	assert_prints(
		script(STEP "--init -u user --security-opt no-new-privileges /bin/sh -c "
			    "'grep -h -E \"^(Seccomp|NoNewPrivs)\" /proc/1/status /proc/$$/status'",
		       NULL),
		"NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"
		"NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
}

static void it_can_be_left_out(void **state)
{
	static const char *const options[] = {
		"--security-opt seccomp=unconfined", "--privileged",
		"--security-opt seccomp=builtin --security-opt seccomp=unconfined"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_prints(script(STEP "$1 /bin/grep ^Seccomp: /proc/self/status", options[i]),
			      "Seccomp:\t0\n");
	assert_prints(script(STEP
			     "--security-opt seccomp=unconfined --security-opt seccomp=builtin "
			     "/bin/grep ^Seccomp: /proc/self/status",
			     NULL),
		      "Seccomp:\t2\n");
}

static void options_that_nobody_knows_are_refused(void **state)
{
	static const char *const unknown[] = { "",
					       "seccomp",
					       "no-new-privileges=yes",
					       "label=x",
					       "apparmor=unconfined",
					       "systempaths=",
					       "SECCOMP=unconfined" };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		char message[96];

		snprintf(message, sizeof(message), "--security-opt %s: unknown; --help lists them",
			 unknown[i]);
		assert_refused(run("./step-06", "run", "--security-opt", unknown[i], "/bin/true"),
			       125, message);
	}
	assert_refused(run("./step-06", "run", "--security-opt", "seccomp=file.json", "/bin/true"),
		       125, "--security-opt seccomp=file.json: lists from a file are not read yet");
}

static void no_new_privileges_can_be_switched(void **state)
{
	static const char ask[] = "/bin/grep NoNewPrivs /proc/self/status";

	(void)state;
	assert_prints(script(STEP "--security-opt no-new-privileges $1", ask), "NoNewPrivs:\t1\n");
	assert_prints(script(STEP "--security-opt no-new-privileges=true $1", ask),
		      "NoNewPrivs:\t1\n");
	assert_prints(script(STEP "--security-opt no-new-privileges=true "
				  "--security-opt no-new-privileges=false $1",
			     ask),
		      "NoNewPrivs:\t0\n");
}

/* `probe syscall` makes the call itself. */
static void calls_are_really_refused(void **state)
{
	char text[512], *numbers = text;

	(void)state;
	snprintf(text, sizeof(text),
		 "for call in '%d' '%d 0x10000000' '%d 0x20000011' '%d 0 0' '%d' '%d 40 1 0' '%d 2 "
		 "1 0' "
		 "'%d' '999' '%d 0x20'; do probe syscall $call || true; done",
		 __NR_unshare, __NR_unshare, __NR_clone, __NR_clone3, __NR_keyctl, __NR_socket,
		 __NR_socket, __NR_getuid, __NR_personality);
	assert_prints(script(STEP "/bin/sh -c \"$1\"", numbers),
		      "EPERM\nEPERM\nEPERM\nENOSYS\nEPERM\nEPERM\nok 3\nok 0\nENOSYS\nEPERM\n");
}

/* Docker's filter lets these programs run, too. */
static void programs_run_under_the_filter(void **state)
{
	(void)state;
	assert_prints(script(STEP "/bin/sh -c 'ls / | wc -l; (sleep 0.01; echo later) & wait\n"
				  "echo a b | awk \"{ print \\$2 }\"; ping -c 1 -q 127.0.0.1 "
				  ">/dev/null && echo pong'",
			     NULL),
		      "14\nlater\nb\npong\n");
}

static void a_call_that_asks_for_a_capability_comes_with_it(void **state)
{
	char number[16];

	(void)state;
	snprintf(number, sizeof(number), "%d", __NR_unshare);
	assert_prints(script(STEP "--cap-add SYS_ADMIN /bin/probe syscall $1 0", number), "ok 0\n");
	assert_prints(script(STEP "--cap-add SYS_ADMIN /bin/sh -c "
				  "'mount -t tmpfs none /mnt && echo mounted'",
			     NULL),
		      "mounted\n");
	/*
	 * The filter lets the call pass; without the capability the kernel's own check refuses it.
	 */
	assert_prints(script(STEP "--cap-add SYS_ADMIN -u user /bin/sh -c "
				  "'mount -t tmpfs none /mnt 2>/dev/null || echo refused'",
			     NULL),
		      "refused\n");
}

static struct sock_fprog program;

static void compile(struct seccomp *filter)
{
	free(program.filter);
	program = filter->program = (struct sock_fprog){ 0 };
	check(seccomp_compile(filter) == 0);
	program = filter->program;
}

static uint32_t ask(uint32_t audit, uint32_t number, uint64_t first, uint64_t second)
{
	const struct seccomp_data call = { .nr = (int)number,
					   .arch = audit,
					   .args = { first, second } };

	return bpf_machine_run(program.filter, program.len, &call);
}

static uint32_t ask_native(uint32_t number)
{
	return ask(AUDIT_ARCH_X86_64, number, 0, 0);
}

static void each_kind_of_call_has_its_numbers(void **state)
{
	const struct seccomp_rule rules[] = {
		{ .names = "read  write socketcall mseal ", .action = SCMP_ACT_ALLOW },
		{ .names = " execve no_such_call", .action = SCMP_ACT_LOG },
		{ .names = "pread64", .action = SCMP_ACT_ERRNO(1) },
	};
	struct seccomp filter = { .rules = rules,
				  .rule_count = 3,
				  .default_action = SCMP_ACT_ERRNO(1),
				  .architectures = { SCMP_ARCH_X86, SCMP_ARCH_X32 } };

	(void)state;
	compile(&filter);
	assert_int_equal(ask_native(0), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(1), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(2), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask_native(59), SCMP_ACT_LOG);
	assert_int_equal(ask_native(462), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(461), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask_native(463), SCMP_ACT_ERRNO(ENOSYS));
	assert_int_equal(ask(AUDIT_ARCH_I386, 3, 0, 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 102, 0, 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 11, 0, 0), SCMP_ACT_LOG);
	assert_int_equal(ask(AUDIT_ARCH_I386, 59, 0, 0), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_I386, 462, 0, 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 463, 0, 0), SCMP_ACT_ERRNO(ENOSYS));
	assert_int_equal(ask_native(X32_BIT | 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(X32_BIT | 59), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask_native(X32_BIT | 520), SCMP_ACT_LOG);
	assert_int_equal(ask_native(X32_BIT | 521), SCMP_ACT_ERRNO(ENOSYS));
	assert_int_equal(ask(AUDIT_ARCH_AARCH64, 0, 0, 0), SCMP_ACT_KILL_PROCESS);
}

static void other_architectures_kill(void **state)
{
	const struct seccomp_rule rule = { .names = "read", .action = SCMP_ACT_ALLOW };
	struct seccomp filter = { .rules = &rule,
				  .rule_count = 1,
				  .default_action = SCMP_ACT_ERRNO(1) };

	(void)state;
	compile(&filter);
	assert_int_equal(ask_native(0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 3, 0, 0), SCMP_ACT_KILL_PROCESS);
	assert_int_equal(ask_native(X32_BIT | 0), SCMP_ACT_KILL);
}

static void newer_calls_where_the_default_does_not_refuse(void **state)
{
	const struct seccomp_rule rule = { .names = "reboot", .action = SCMP_ACT_ERRNO(1) };
	const uint32_t defaults[] = { SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_TRACE(5) };

	(void)state;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		struct seccomp filter = { .rules = &rule,
					  .rule_count = 1,
					  .default_action = defaults[i] };

		compile(&filter);
		assert_int_equal(ask_native(__NR_reboot), SCMP_ACT_ERRNO(1));
		assert_int_equal(ask_native(__NR_reboot - 1), defaults[i]);
		assert_int_equal(ask_native(999), defaults[i]);
	}
}

static void all_comparisons_are_taken_together(void **state)
{
	const struct seccomp_rule rules[] = {
		{ "socket",
		  SCMP_ACT_ALLOW,
		  { { 0, SCMP_CMP_EQ, 2, 0 }, { 1, SCMP_CMP_MASKED_EQ, 0xf, 1 } },
		  2 },
		{ "socket", SCMP_ACT_LOG, { { 0, SCMP_CMP_GT, 1ULL << 40, 0 } }, 1 },
	};
	struct seccomp filter = { .rules = rules,
				  .rule_count = 2,
				  .default_action = SCMP_ACT_ERRNO(1) };

	(void)state;
	compile(&filter);
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, 2, 0x801), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, 2, 2), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, 3, 1), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, 1ULL << 40, 1), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, (1ULL << 40) + 1, 1), SCMP_ACT_LOG);
	assert_int_equal(ask(AUDIT_ARCH_X86_64, __NR_socket, 1ULL << 34 | 2, 1), SCMP_ACT_ERRNO(1));
}

/* The program from the build is the same as one that is compiled now. */
static void the_program_from_the_build_is_the_same(void **state)
{
	const uint64_t bounding = 0xa80425fb; /* the fourteen */
	struct seccomp built, now;

	(void)state;
	assert_int_equal(seccomp_precompiled(&built, bounding), 0);
	assert_int_equal(seccomp_default(&now, bounding), 0);
	assert_true(built.program.len > 0);
	compile(&now);
	assert_int_equal(built.program.len, now.program.len);
	assert_memory_equal(built.program.filter, now.program.filter,
			    now.program.len * sizeof(*now.program.filter));
	free((void *)built.rules);
	free((void *)now.rules);
	/* The program from the build is for the usual capabilities only. */
	assert_int_equal(seccomp_precompiled(&built, 0), 0);
	assert_int_equal(built.program.len, 0);
	free((void *)built.rules);
}

static void too_many_rules_are_refused(void **state)
{
	enum { RULES = 1500 };
	struct seccomp_rule *rules = calloc(RULES, sizeof(*rules));
	struct seccomp filter = { .rules = rules,
				  .rule_count = RULES,
				  .default_action = SCMP_ACT_ERRNO(1) };

	(void)state;
	assert_non_null(rules);
	for (size_t i = 0; i < RULES; i++)
		rules[i] = (struct seccomp_rule){
			"read", SCMP_ACT_ALLOW, { { 0, SCMP_CMP_EQ, i << 33 | i, 0 } }, 1
		};
	assert_int_equal(seccomp_compile(&filter), -1);
	assert_string_equal(fail_get()->text,
			    "seccomp: the filter has more than 4096 instructions");
	forget_failure();
	free(filter.program.filter);
	free(rules);
}

static void load_without_rights(const char *argument)
{
	struct seccomp filter, none = { 0 };

	(void)argument;
	check(seccomp_filter_load(&none) == 0);
	check(seccomp_precompiled(&filter, 0) == 0);
	check(setgid(1) == 0 && setuid(1) == 0);
	check(seccomp_filter_load(&filter) == -1);
	check(strcmp(fail_get()->text,
		     "seccomp SECCOMP_SET_MODE_FILTER: EACCES Permission denied; needs "
		     "CAP_SYS_ADMIN, or no-new-privileges") == 0);
	fail_report();
	check(no_new_privileges_set() == 0);
	check(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	check(seccomp_filter_load(&filter) == 0);
	check(prctl(PR_GET_SECCOMP) == 2);
	check(unshare(0) == -1 && errno == EPERM);
}

static void a_filter_needs_a_right_or_no_new_privileges(void **state)
{
	(void)state;
	in_own_mounts(load_without_rights, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_filter_is_there_by_default),
		host_test(it_can_be_left_out),
		host_test(options_that_nobody_knows_are_refused),
		host_test(no_new_privileges_can_be_switched),
		host_test(calls_are_really_refused),
		host_test(programs_run_under_the_filter),
		host_test(a_call_that_asks_for_a_capability_comes_with_it),
		host_test(each_kind_of_call_has_its_numbers),
		host_test(other_architectures_kill),
		host_test(newer_calls_where_the_default_does_not_refuse),
		host_test(all_comparisons_are_taken_together),
		host_test(the_program_from_the_build_is_the_same),
		host_test(too_many_rules_are_refused),
		host_test(a_filter_needs_a_right_or_no_new_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
