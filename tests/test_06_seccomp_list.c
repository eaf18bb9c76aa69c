/*
 * Compares the system calls that pass in a container with Docker's own file (tests/data), which is
 * read as Docker does (by jq), and compiled and searched as runC does (by libseccomp).
 */
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf_machine.h"
#include "cleanup.h"
#include "seccomp_filter.h"
#include "test_03.h"

enum { LAST = 600, X32_BIT = 0x40000000 };
enum abi { X86_64, I386, X32, ABIS };

static const struct {
	const char *name;
	uint32_t token, audit;
} abis[ABIS] = {
	{ "x86-64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
	{ "i386", SCMP_ARCH_X86, AUDIT_ARCH_I386 },
	{ "x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
};

/* Docker's list, compiled for some capabilities. */
static struct judge {
	struct sock_filter program[BPF_MAXINSNS];
	size_t length;
	int newest[ABIS];	    /* the highest number in the list */
	bool newer[ABIS][LAST + 1]; /* in the list, but not known to this libseccomp */
} judge;

/*
 * Returns the number of a call that is newer than libseccomp 2.5.4. It is the same for all three
 * kinds, except for uretprobe.
 */
static int number_of_newer(const char *name, int abi)
{
	static const struct {
		const char *name;
		int number;
	} newer[] = {
		{ "cachestat", 451 },
		{ "fchmodat2", 452 },
		{ "futex_wake", 454 },
		{ "futex_wait", 455 },
		{ "futex_requeue", 456 },
		{ "statmount", 457 },
		{ "listmount", 458 },
		{ "lsm_get_self_attr", 459 },
		{ "lsm_set_self_attr", 460 },
		{ "lsm_list_modules", 461 },
		{ "mseal", 462 },
		{ "setxattrat", 463 },
		{ "getxattrat", 464 },
		{ "listxattrat", 465 },
		{ "removexattrat", 466 },
	};

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (strcmp(newer[i].name, name) == 0)
			return newer[i].number;
	if (strcmp(name, "map_shadow_stack") == 0)
		return abi == X32 ? -1 : 453;
	if (strcmp(name, "uretprobe") == 0)
		return abi == I386 ? -1 : 335;
	return -1;
}

static void note_number(const char *name)
{
	for (int abi = 0; abi < ABIS; abi++) {
		int number = seccomp_syscall_resolve_name_arch(abis[abi].token, name);

		if (number == __NR_SCMP_ERROR) {
			number = number_of_newer(name, abi);
			if (number >= 0)
				judge.newer[abi][number] = true;
		}
		if (abi == X32 && number >= X32_BIT)
			number &= ~X32_BIT;
		if (number > judge.newest[abi])
			judge.newest[abi] = number;
	}
}

/* Adds a line of the list: "ACTION ERRNO NAME" and, if it has one, "INDEX OPERATOR VALUE". */
static void add_line(scmp_filter_ctx filter, const char *line)
{
	char action[32], name[64], operator[32] = "";
	unsigned int error, index = 0;
	unsigned long long value = 0;
	struct scmp_arg_cmp compare = { 0 };
	int fields, number;

	fields = sscanf(line, "%31s %u %63s %u %31s %llu", action, &error, name,
			&index, operator, & value);
	assert_true(fields == 3 || fields == 6);
	note_number(name);
	number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR)
		return;
	compare.arg = index;
	compare.datum_a = value;
	if (strcmp(operator, "SCMP_CMP_LT") == 0)
		compare.op = SCMP_CMP_LT;
	else if (strcmp(operator, "SCMP_CMP_EQ") == 0)
		compare.op = SCMP_CMP_EQ;
	else if (strcmp(operator, "SCMP_CMP_MASKED_EQ") == 0)
		compare.op = SCMP_CMP_MASKED_EQ;
	else
		assert_int_equal(fields, 3);
	assert_int_equal(seccomp_rule_add_array(filter,
						strcmp(action, "SCMP_ACT_ALLOW") == 0
							? SCMP_ACT_ALLOW
							: SCMP_ACT_ERRNO(error),
						number, fields == 6, &compare),
			 0);
}

/*
 * Returns the rules of Docker's file that apply to these capabilities, '"CAP_A","CAP_B"', on
 * x86-64.
 */
static const char *select_rules(const char *capabilities)
{
	static const char query[] = ".syscalls[] "
				    "| select((.includes.caps // []) - $caps == []) "
				    "| select(.includes.arches // [\"amd64\"] | index(\"amd64\")) "
				    "| select([.excludes.caps // [] | .[] | select(. as $c | $caps "
				    "| index($c))] == []) "
				    "| select(.excludes.arches // [] | index(\"amd64\") | not) "
				    "| . as $rule | .names[] "
				    "| [$rule.action, $rule.errnoRet // 1, .] "
				    "+ ($rule.args // [] | map([.index, .op, .value]) | add // []) "
				    "| map(tostring) | join(\" \")";
	char list[2048];
	const struct result *result;

	snprintf(list, sizeof(list), "[%s]", capabilities);
	result =
		run("jq", "-r", "--argjson", "caps", list, query, "tests/data/docker-seccomp.json");
	assert_success(result);
	return result->out;
}

static void build_judge(const char *capabilities)
{
	autofree char *rules = strdup(select_rules(capabilities));
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	char *rest = rules;
	int file = memfd_create("filter", MFD_CLOEXEC);

	judge = (struct judge){ 0 };
	assert_non_null(rules);
	assert_int_equal(seccomp_arch_add(filter, SCMP_ARCH_X86), 0);
	assert_int_equal(seccomp_arch_add(filter, SCMP_ARCH_X32), 0);
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			add_line(filter, line);
	assert_int_equal(seccomp_export_bpf(filter, file), 0);
	seccomp_release(filter);
	judge.length = (size_t)lseek(file, 0, SEEK_END) / sizeof(judge.program[0]);
	assert_true(judge.length > 100 && judge.length <= BPF_MAXINSNS);
	assert_true(pread(file, judge.program, sizeof(judge.program), 0) > 0);
	close(file);
}

/* Returns Docker's answer to a call, as `probe filter` prints it. */
static const char *verdict(enum abi abi, int number, uint64_t argument)
{
	struct seccomp_data call = {
		.nr = abi == X32 ? number | X32_BIT : number,
		.arch = abis[abi].audit,
		.args = { argument },
	};
	uint32_t action;

	/* The kernel never filters these two calls, which it makes itself. */
	if (abi == X86_64 && (number == 335 || number == 336))
		return NULL;
	if (number > judge.newest[abi])
		return "ENOSYS"; /* runC's answer to calls that are newer than the list */
	if (judge.newer[abi][number])
		return "passes";
	action = bpf_machine_run(judge.program, judge.length, &call);
	if (action == SCMP_ACT_ALLOW)
		return "passes";
	return action == SCMP_ACT_ERRNO(ENOSYS) ? "ENOSYS" : "EPERM";
}

/* Compares what `probe filter` printed, "NUMBER ANSWER" a line. */
static void compare_answers(enum abi abi, uint64_t argument, char *text, int lines)
{
	int number, compared = 0;
	char answer[32];

	for (char *line; (line = strsep(&text, "\n"));) {
		const char *wanted;

		if (sscanf(line, "%d %31s", &number, answer) != 2)
			continue;
		compared++;
		wanted = verdict(abi, number, argument);
		if (wanted && strcmp(wanted, answer) != 0)
			fail_msg("%s call %d (%#lx): %s here, %s with Docker", abis[abi].name,
				 number, argument, answer, wanted);
	}
	assert_int_equal(compared, lines);
}

static bool kernel_has_i386(void)
{
	return strstr(run("rootfs/busybox/bin/probe", "filter", "i386", "20", "20")->out, "passes");
}

/* Compares all calls of a container that was started with the options `add`. */
static void compare_all(const char *capabilities, const char *add)
{
	build_judge(capabilities);
	for (enum abi abi = 0; abi < ABIS; abi++) {
		char script_text[256];
		const struct result *result;

		if (abi == I386 && !kernel_has_i386())
			continue;
		snprintf(script_text, sizeof(script_text),
			 "./step-06 run --network none %s /bin/probe filter %s 0 %d", add,
			 abis[abi].name, LAST);
		result = run_shell(script_text);
		assert_success(result);
		compare_answers(abi, 0, (char *)result->out, LAST + 1);
	}
}

#define FOURTEEN                                                                                   \
	"\"CAP_CHOWN\",\"CAP_DAC_OVERRIDE\",\"CAP_FSETID\",\"CAP_FOWNER\",\"CAP_MKNOD\","          \
	"\"CAP_NET_RAW\",\"CAP_SETGID\",\"CAP_SETUID\",\"CAP_SETFCAP\",\"CAP_SETPCAP\","           \
	"\"CAP_NET_BIND_SERVICE\",\"CAP_SYS_CHROOT\",\"CAP_KILL\",\"CAP_AUDIT_WRITE\""

static void all_calls_of_the_default_container(void **state)
{
	(void)state;
	compare_all(FOURTEEN, "");
}

static void all_calls_without_capabilities(void **state)
{
	(void)state;
	compare_all("", "--cap-drop ALL");
}

static void all_calls_of_another_user(void **state)
{
	(void)state;
	compare_all(FOURTEEN, "--user user");
}

static void all_calls_with_no_new_privileges(void **state)
{
	(void)state;
	compare_all(FOURTEEN, "--security-opt no-new-privileges");
}

/* Tries each capability that Docker's list names, if the test's caller holds it. */
static void all_calls_with_each_capability(void **state)
{
	static const char *const names[] = { "DAC_READ_SEARCH", "SYS_ADMIN", "SYS_BOOT",
					     "SYS_MODULE",	"SYS_PACCT", "SYS_PTRACE",
					     "SYS_RAWIO",	"SYS_TIME",  "SYS_TTY_CONFIG",
					     "SYS_NICE",	"SYSLOG",    "BPF",
					     "PERFMON" };
	autofree char *ours = strdup(run("rootfs/busybox/bin/probe", "caps")->out);

	(void)state;
	assert_non_null(ours);
	*strchr(ours, '\n') = '\0'; /* the permitted ones */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char capabilities[1024], add[64];

		snprintf(add, sizeof(add), "CAP_%s", names[i]);
		if (!strstr(ours, add))
			continue;
		snprintf(capabilities, sizeof(capabilities), "%s,\"CAP_%s\"", FOURTEEN, names[i]);
		snprintf(add, sizeof(add), "--cap-add %s", names[i]);
		compare_all(capabilities, add);
	}
}

/* Compares one call with each of the arguments that a shell's `words` expand to. */
static void compare_arguments(enum abi abi, int number, const char *words)
{
	char script_text[512], *rest;
	const struct result *result;
	unsigned long long argument;
	int compared = 0;

	snprintf(script_text, sizeof(script_text),
		 "./step-06 run --network none /bin/sh -c 'for a in %s; do "
		 "echo $a $(probe filter %s %d %d $a); done'",
		 words, abis[abi].name, number, number);
	result = run_shell(script_text);
	assert_success(result);
	rest = (char *)result->out;
	for (char *line; (line = strsep(&rest, "\n"));) {
		if (sscanf(line, "%llu", &argument) != 1)
			continue;
		compared++;
		compare_answers(abi, argument, strchr(line, ' ') + 1, 1);
	}
	assert_true(compared > 20);
}

static void each_family_of_sockets(void **state)
{
	(void)state;
	build_judge(FOURTEEN);
	compare_arguments(X86_64, __NR_socket, "$(seq 0 60) 4294967295 4294967298 8589934632");
	compare_arguments(X32, __NR_socket, "$(seq 0 60)");
	if (kernel_has_i386())
		compare_arguments(I386, 359, "$(seq 0 60)");
}

static void each_flag_of_clone(void **state)
{
	static const char flags[] =
		"$(i=0; while [ $i -lt 40 ]; do echo $((1 << i)); i=$((i + 1)); done) 0 17 4001536 "
		"2114060288 2114060305 1228947712";

	(void)state;
	build_judge(FOURTEEN);
	compare_arguments(X86_64, __NR_clone, flags);
	compare_arguments(X32, __NR_clone, flags);
}

static void each_personality(void **state)
{
	static const char values[] = "$(seq 0 20) 131072 131080 131073 4294967295 4294967294 "
				     "4294967296 8589934591 262144 4194304 65536";

	(void)state;
	build_judge(FOURTEEN);
	compare_arguments(X86_64, __NR_personality, values);
}

/* Compares the answer of our program to one call with Docker's. */
static void compare_call(const struct seccomp *filter, enum abi abi, int number, uint64_t argument)
{
	const struct seccomp_data call = { .nr = abi == X32 ? number | X32_BIT : number,
					   .arch = abis[abi].audit,
					   .args = { argument } };
	uint32_t action = bpf_machine_run(filter->program.filter, filter->program.len, &call);
	const char *answer = action == SCMP_ACT_ALLOW ? "passes"
		: action == SCMP_ACT_ERRNO(ENOSYS)    ? "ENOSYS"
						      : "EPERM";

	if (strcmp(answer, verdict(abi, number, argument)) != 0)
		fail_msg("%s call %d (%#jx): %s here, %s with Docker", abis[abi].name, number,
			 (uintmax_t)argument, answer, verdict(abi, number, argument));
}

static void compare_profile(const char *capabilities, uint64_t bounding)
{
	static const uint64_t personalities[] = { 8, 9, 0x20000, 0x20008, 0x20009, 0xffffffff };
	struct seccomp filter = { 0 };

	build_judge(capabilities);
	assert_int_equal(seccomp_default(&filter, bounding), 0);
	assert_int_equal(seccomp_compile(&filter), 0);
	for (enum abi abi = X86_64; abi < ABIS; abi += X32) {
		for (uint64_t i = 0; i <= 60; i++)
			compare_call(&filter, abi, __NR_socket, i);
		for (int i = 0; i < 40; i++)
			compare_call(&filter, abi, __NR_clone, 1ULL << i);
		for (size_t i = 0; i < sizeof(personalities) / sizeof(personalities[0]); i++)
			compare_call(&filter, abi, __NR_personality, personalities[i]);
		compare_call(&filter, abi, __NR_clone3, 0);
		compare_call(&filter, abi, __NR_clone, CLONE_NEWNS | CLONE_NEWUSER);
	}
	free((void *)filter.rules);
	free(filter.program.filter);
}

static void the_profile_compares_arguments(void **state)
{
	const uint64_t fourteen = 0xa80425fb, sys_admin = 1ULL << CAP_SYS_ADMIN;

	(void)state;
	compare_profile(FOURTEEN, fourteen);
	compare_profile(FOURTEEN ",\"CAP_SYS_ADMIN\"", fourteen | sys_admin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(all_calls_of_the_default_container),
		host_test(all_calls_without_capabilities),
		host_test(all_calls_of_another_user),
		host_test(all_calls_with_no_new_privileges),
		host_test(all_calls_with_each_capability),
		host_test(each_family_of_sockets),
		host_test(each_flag_of_clone),
		host_test(each_personality),
		host_test(the_profile_compares_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
