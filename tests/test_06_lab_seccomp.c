/*
 * Step 06, oci/seccomp: the program that a filter becomes, the process that loads it, and the
 * listener. The lab "seccomp" is graded by this.
 */
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bpf_machine.h"
#include "cleanup.h"
#include "descriptor.h"
#include "file.h"
#include "seccomp_filter.h"
#include "test_03.h"
#include "user.h"

#define X32_BIT	    0x40000000u
#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* ---- The program ---- */

static struct sock_fprog program;

static void compile(struct seccomp *filter)
{
	free(program.filter);
	program = filter->program = (struct sock_fprog){ 0 };
	check(seccomp_compile(filter) == 0);
	program = filter->program;
}

static uint32_t ask(uint32_t audit, uint32_t number)
{
	const struct seccomp_data call = { .nr = (int)number, .arch = audit };

	return bpf_machine_run(program.filter, program.len, &call);
}

static uint32_t ask_native(uint32_t number)
{
	return ask(AUDIT_ARCH_X86_64, number);
}

static void other_architectures_go_on(void **state)
{
	static const uint32_t defaults[] = { SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_ERRNO(1) };

	(void)state;
	for (size_t i = 0; i < SIZE(defaults); i++) {
		const struct seccomp_rule rule = { .names = "read", .action = defaults[i] };
		struct seccomp filter = { .rules = &rule,
					  .rule_count = 1,
					  .default_action = defaults[i] };

		compile(&filter);
		assert_int_equal(ask_native(0), defaults[i]);
		assert_int_equal(ask(AUDIT_ARCH_I386, 3), SCMP_ACT_KILL_PROCESS);
		assert_int_equal(ask(AUDIT_ARCH_AARCH64, 0), SCMP_ACT_KILL_PROCESS);
		filter.architectures[0] = SCMP_ARCH_AARCH64;
		filter.architectures[1] = SCMP_ARCH_X86;
		compile(&filter);
		assert_int_equal(ask_native(0), defaults[i]);
		assert_int_equal(ask(AUDIT_ARCH_I386, 3), defaults[i]);
		assert_int_equal(ask(AUDIT_ARCH_AARCH64, 0), defaults[i]);
		assert_int_equal(ask(AUDIT_ARCH_ARM, 0), SCMP_ACT_KILL_PROCESS);
	}
}

static void each_rule_has_its_action(void **state)
{
	const struct seccomp_rule rules[] = {
		{ .names = " read  write socketcall ", .action = SCMP_ACT_ALLOW },
		{ .names = "execve no_such_call", .action = SCMP_ACT_LOG },
		{ .names = "pread64 reboot", .action = SCMP_ACT_ERRNO(1) },
		{ .names = "getpid mmap2", .action = SCMP_ACT_ERRNO(28) },
	};
	struct seccomp filter = { .rules = rules,
				  .rule_count = SIZE(rules),
				  .default_action = SCMP_ACT_ERRNO(1),
				  .architectures = { SCMP_ARCH_X86 } };

	(void)state;
	compile(&filter);
	assert_int_equal(ask_native(__NR_read), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(__NR_write), SCMP_ACT_ALLOW);
	assert_int_equal(ask_native(__NR_execve), SCMP_ACT_LOG);
	assert_int_equal(ask_native(__NR_pread64), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask_native(__NR_getpid), SCMP_ACT_ERRNO(28));
	assert_int_equal(ask_native(__NR_open), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_I386, 3), SCMP_ACT_ALLOW);	 /* read */
	assert_int_equal(ask(AUDIT_ARCH_I386, 11), SCMP_ACT_LOG);	 /* execve */
	assert_int_equal(ask(AUDIT_ARCH_I386, 20), SCMP_ACT_ERRNO(28));	 /* getpid */
	assert_int_equal(ask(AUDIT_ARCH_I386, 192), SCMP_ACT_ERRNO(28)); /* mmap2 */
	assert_int_equal(ask(AUDIT_ARCH_I386, 59), SCMP_ACT_ERRNO(1));
}

static void x32_has_its_own_part(void **state)
{
	const struct seccomp_rule rule = { .names = "execve getpid", .action = SCMP_ACT_LOG };
	struct seccomp filter = { .rules = &rule,
				  .rule_count = 1,
				  .default_action = SCMP_ACT_ERRNO(1),
				  .architectures = { SCMP_ARCH_X32 } };

	(void)state;
	compile(&filter);
	assert_int_equal(ask_native(59), SCMP_ACT_LOG);
	assert_int_equal(ask_native(39), SCMP_ACT_LOG);
	assert_int_equal(ask_native(1), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask_native(X32_BIT | 520), SCMP_ACT_LOG); /* execve */
	assert_int_equal(ask_native(X32_BIT | 39), SCMP_ACT_LOG);
	assert_int_equal(ask_native(X32_BIT | 59), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(AUDIT_ARCH_I386, 3), SCMP_ACT_KILL_PROCESS);
}

static void newer_calls_have_their_rules(void **state)
{
	const struct seccomp_rule rules[] = {
		{ .names = "mseal", .action = SCMP_ACT_ERRNO(5) },
		{ .names = "uretprobe reboot", .action = SCMP_ACT_LOG },
		{ .names = "map_shadow_stack", .action = SCMP_ACT_ERRNO(7) },
	};
	struct seccomp filter = { .rules = rules,
				  .rule_count = SIZE(rules),
				  .default_action = SCMP_ACT_ALLOW,
				  .architectures = { SCMP_ARCH_X86, SCMP_ARCH_X32 } };

	(void)state;
	compile(&filter);
	assert_int_equal(ask_native(__NR_reboot), SCMP_ACT_LOG);
	assert_int_equal(ask_native(335), SCMP_ACT_LOG);
	assert_int_equal(ask_native(453), SCMP_ACT_ERRNO(7));
	assert_int_equal(ask_native(462), SCMP_ACT_ERRNO(5));
	assert_int_equal(ask_native(461), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 335), SCMP_ACT_ALLOW);
	assert_int_equal(ask(AUDIT_ARCH_I386, 462), SCMP_ACT_ERRNO(5));
	assert_int_equal(ask_native(X32_BIT | 462), SCMP_ACT_ERRNO(5));
	assert_int_equal(ask_native(X32_BIT | 335), SCMP_ACT_LOG);
	assert_int_equal(ask_native(X32_BIT | 453), SCMP_ACT_ALLOW);
}

/* ---- The process that loads it ---- */

/* Returns a number from the process's status. `key` begins a line, such as "\nSeccomp_filters:". */
static unsigned long get_number(const char *key)
{
	autofree char *status = NULL;
	const char *line;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", called_process());
	status = file_read(path);
	line = status ? strstr(status, key) : NULL;
	check(line);
	return strtoul(line + strlen(key), NULL, 10);
}

static unsigned long count_filters(void)
{
	return get_number("\nSeccomp_filters:");
}

/* A filter, compiled already, with an action for setresuid(2). */
static struct seccomp filter_with(uint32_t action)
{
	static const struct seccomp_rule rule = { .names = "" };
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setresuid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	code[2].k = action;
	return (struct seccomp){ .rules = &rule, .program = { SIZE(code), code } };
}

static int become(uid_t uid)
{
	return user_become(&(struct user){ .uid = uid, .gid = uid });
}

static void load_without_rights(const char *argument)
{
	struct seccomp filter = filter_with(SCMP_ACT_ERRNO(ENOSPC));
	unsigned long before;

	(void)argument;
	check(become(1) == 0);
	before = count_filters();
	check(seccomp_filter_load(&filter) == -1);
	check(strstr(fail_get()->text, "SECCOMP_SET_MODE_FILTER: EACCES"));
	check(count_filters() == before);
	fail_forget();
	check(no_new_privileges_set() == 0);
	check(get_number("\nNoNewPrivs:") == 1);
	check(seccomp_filter_load(&filter) == 0);
	check(count_filters() == before + 1);
}

static void loading_needs_a_right(void **state)
{
	(void)state;
	in_own_mounts(load_without_rights, NULL);
}

static void load_with_flags(const char *argument)
{
	struct seccomp filter = filter_with(SCMP_ACT_ERRNO(ENOSPC)), none = { 0 };
	unsigned long before;

	(void)argument;
	check(seccomp_filter_load(&none) == 0);
	before = count_filters();
	filter.flags = 1U << 20; /* no kernel knows this one */
	check(seccomp_filter_load(&filter) == -1);
	check(strstr(fail_get()->text, "EINVAL"));
	fail_forget();
	filter.flags = 1U << 5; /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV */
	check(seccomp_filter_load(&filter) == 0);
	check(count_filters() == before + 1);
	check(become(1) == -1);
	check(get_number("\nUid:") == 0);
}

static void a_filter_has_its_flags(void **state)
{
	(void)state;
	in_own_mounts(load_with_flags, NULL);
}

/* ---- The listener ---- */

static bool has_message(int socket)
{
	struct pollfd readable = { .fd = socket, .events = POLLIN };

	return poll(&readable, 1, 0) == 1;
}

static int take_descriptor(int socket)
{
	check(has_message(socket));
	return descriptor_receive(socket);
}

/* Fails unless the next message is one byte alone. */
static void check_byte(int socket)
{
	check(has_message(socket));
	check(descriptor_receive(socket) == -1);
	fail_forget();
}

/* True if the process has the file open. */
static bool holds(ino_t inode)
{
	struct stat status;
	char path[64];

	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", called_process(), fd);
		if (stat(path, &status) == 0 && status.st_ino == inode)
			return true;
	}
	return false;
}

static void hand_over(const char *argument)
{
	struct stat sent, received;
	int pair[2], fd = memfd_create("handed over", MFD_CLOEXEC);
	struct seccomp_notify listener = { 0 };

	(void)argument;
	check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	listener.childs = pair[1];
	check(fstat(fd, &sent) == 0);
	check(seccomp_notify_hand_over(&listener, fd) == 0);
	fd = take_descriptor(pair[0]);
	check(fstat(fd, &received) == 0 && received.st_ino == sent.st_ino);
	close(fd);
	check(!holds(sent.st_ino));
	check(seccomp_notify_hand_over(&listener, -1) == 0);
	check_byte(pair[0]);
	close(pair[0]);
	check(seccomp_notify_hand_over(&listener, -1) == -1);
	check(seccomp_notify_hand_over(&listener, memfd_create("kept", MFD_CLOEXEC)) == -1);
}

static void the_descriptor_is_handed_over(void **state)
{
	(void)state;
	in_own_mounts(hand_over, NULL);
}

/* Answers two questions of `process`: setresuid(2) fails with EXDEV first, then goes on. */
static _Noreturn void answer(int notify, pid_t process)
{
	struct seccomp_notif_resp answers[] = { { .error = -EXDEV },
						{ .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE } };

	alarm(20);
	for (size_t i = 0; i < SIZE(answers); i++) {
		struct seccomp_notif question = { 0 };

		check(ioctl(notify, SECCOMP_IOCTL_NOTIF_RECV, &question) == 0);
		check(question.data.nr == __NR_setresuid && (pid_t)question.pid == process);
		answers[i].id = question.id;
		check(ioctl(notify, SECCOMP_IOCTL_NOTIF_SEND, &answers[i]) == 0);
	}
	_exit(0);
}

static void load_with_listener(const char *argument)
{
	struct seccomp filter = filter_with(SCMP_ACT_NOTIFY), none = { 0 };
	int pair[2], notify, status;
	pid_t process, child;

	(void)argument;
	check(seccomp_filter_load(&none) == 0);
	process = called_process();
	check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	filter.listener = (struct seccomp_notify){ "/none", NULL, true, pair[0], pair[1] };
	filter.flags = SECCOMP_FILTER_FLAG_TSYNC;
	check(seccomp_filter_load(&filter) == 0);
	notify = take_descriptor(pair[0]);
	check(notify >= 0);
	child = fork();
	if (child == 0)
		answer(notify, process);
	check(become(1000) == -1);
	check(get_number("\nUid:") == 0);
	fail_forget();
	check(become(1000) == 0);
	check(get_number("\nUid:") == 1000);
	check(waitpid(child, &status, 0) == child && status == 0);
}

static void a_listener_decides_about_calls(void **state)
{
	(void)state;
	in_own_mounts(load_with_listener, NULL);
}

static void load_with_two_listeners(const char *argument)
{
	struct seccomp filter = filter_with(SCMP_ACT_NOTIFY), none = { 0 };
	unsigned long before;
	int pair[2], notify;

	(void)argument;
	check(seccomp_filter_load(&none) == 0);
	before = count_filters();
	check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	filter.listener = (struct seccomp_notify){ "/none", NULL, true, pair[0], pair[1] };
	check(seccomp_filter_load(&filter) == 0);
	notify = take_descriptor(pair[0]);
	check(notify >= 0 && count_filters() == before + 1);
	/* No call is to be asked about: the filter does without a listener. */
	filter = filter_with(SCMP_ACT_ALLOW);
	filter.listener = (struct seccomp_notify){ "/none", NULL, false, pair[0], pair[1] };
	check(seccomp_filter_load(&filter) == 0);
	check_byte(pair[0]);
	check(count_filters() == before + 2);
	filter.flags = 1U << 20; /* another failure than EBUSY */
	check(seccomp_filter_load(&filter) == -1);
	fail_forget();
	filter.flags = 0;
	filter.listener.is_asked = true;
	check(seccomp_filter_load(&filter) == -1);
	check(strstr(fail_get()->text, "EBUSY"));
	check(count_filters() == before + 2);
}

static void there_is_one_listener_for_a_process(void **state)
{
	(void)state;
	in_own_mounts(load_with_two_listeners, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(other_architectures_go_on),
		host_test(each_rule_has_its_action),
		host_test(x32_has_its_own_part),
		host_test(newer_calls_have_their_rules),
		host_test(loading_needs_a_right),
		host_test(a_filter_has_its_flags),
		host_test(the_descriptor_is_handed_over),
		host_test(a_listener_decides_about_calls),
		host_test(there_is_one_listener_for_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
