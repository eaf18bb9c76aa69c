/* config.json's linux.seccomp: the actions for system calls, and the listener that is asked. */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "test_06_oci.h"

#include "config.h"
#include "seccomp_cache.h"

/* A system call's number on this machine, as a text. */
#define TEXT_(number) #number
#define TEXT(number)  TEXT_(number)

/* `seccomp DEFAULT RULE...`, where a rule is JSON. */
#define SECCOMP                                                                                    \
	"seccomp() { a=$1; shift; config --arg a $a '.linux.seccomp = {defaultAction: $a, "        \
	"syscalls: [$ARGS.positional[] | fromjson]}' --args \"$@\"; }\n"                           \
	"umask=" TEXT(SYS_umask) " alarm=" TEXT(SYS_alarm) "\n"

static void actions_are_taken(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			SECCOMP
			"for i in ERRNO KILL_PROCESS KILL_THREAD KILL TRAP LOG ALLOW TRACE; do\n"
			"seccomp SCMP_ACT_ALLOW \"{\\\"names\\\": [\\\"umask\\\"], \\\"action\\\": "
			"\\\"SCMP_ACT_$i\\\"}\"\n"
			"echo $i: $(inside \"probe syscall $umask 0; echo \\$?\" 2>&1); done\n"),
		"ERRNO: EPERM 1\nKILL_PROCESS: killed by SIGSYS 1\n"
		"KILL_THREAD: killed by SIGSYS 1\nKILL: killed by SIGSYS 1\n"
		"TRAP: killed by SIGSYS 1\nLOG: ok 18 0\nALLOW: ok 18 0\nTRACE: ENOSYS 1\n");
}

static void errnos_are_those_asked_for(void **state)
{
	(void)state;
	/*
	 * First the errno of a rule, then that of the default action, with a rule that allows a
	 * start.
	 */
	assert_prints(
		oci_script(SECCOMP
			   "seccomp SCMP_ACT_ALLOW '{\"names\": [\"no_such_call\", \"umask\"], "
			   "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 28}'\n"
			   "inside \"probe syscall $umask 0 || true\"\n"
			   "seccomp SCMP_ACT_ERRNO '{\"names\": [\"execve\", \"mmap\", \"munmap\", "
			   "\"rt_sigreturn\", \"sigaltstack\", \"tgkill\", \"brk\", "
			   "\"arch_prctl\", \"set_tid_address\", \"set_robust_list\", \"rseq\", "
			   "\"prlimit64\", \"mprotect\", \"write\", \"read\", \"close\", \"fork\", "
			   "\"clone\", \"wait4\", \"exit_group\", \"newfstatat\", \"fstat\", "
			   "\"getpid\", \"prctl\", \"capset\", \"capget\", \"setgroups\", "
			   "\"setresuid\", \"setresgid\", \"openat\", \"chdir\", \"getcwd\", "
			   "\"stat\", \"rt_sigprocmask\", \"rt_sigaction\", \"faccessat\", "
			   "\"faccessat2\", \"sendto\", \"recvfrom\", \"close_range\", \"fcntl\", "
			   "\"dup3\", \"umask\", \"readlink\", \"getrandom\", \"getuid\", "
			   "\"geteuid\", \"getppid\", \"getgid\", \"getegid\", \"ioctl\", "
			   "\"access\", \"vfork\", \"gettid\", \"waitid\", \"open\", \"lseek\"], "
			   "\"action\": \"SCMP_ACT_ALLOW\"}'; config "
			   "'.linux.seccomp.defaultErrnoRet = 28'\n"
			   "inside \"probe syscall $alarm 0 || true\"\n"),
		"ENOSPC\nENOSPC\n");
}

/* A text that is no name must not be read as one or two others. */
static void a_name_is_not_divided(void **state)
{
	(void)state;
	assert_prints(
		oci_script(SECCOMP
			   "long=$(printf %063d 0)\n"
			   "for name in ${long}umask 'no umask' 'umask no' ' umask' \"$(printf "
			   "'no\\numask')\" UMASK ''; do\n"
			   "seccomp SCMP_ACT_ALLOW \"$(jq -n --arg name \"$name\" '{names: [$name, "
			   "\"alarm\"], action: \"SCMP_ACT_ERRNO\"}')\"\n"
			   "inside \"probe syscall $umask 0; probe syscall $alarm 0 || true\"; "
			   "done | sort | uniq -c | tr -s ' '\n"),
		" 7 EPERM\n 7 ok 18\n");
}

static void arguments_are_compared(void **state)
{
	static const struct {
		const char *op;
		const char *value, *two;
		const char *refused; /* of 5, 6, 7 */
	} cases[] = {
		{ "NE", "6", "0", "5 7" },	{ "LT", "6", "0", "5" },
		{ "LE", "6", "0", "5 6" },	{ "EQ", "6", "0", "6" },
		{ "GE", "6", "0", "6 7" },	{ "GT", "6", "0", "7" },
		{ "MASKED_EQ", "3", "2", "6" }, { "MASKED_EQ", "4294967293", "5", "5 7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result *result = oci_script(
			SECCOMP
			"seccomp SCMP_ACT_ALLOW \"{\\\"names\\\": [\\\"alarm\\\"], "
			"\\\"action\\\": \\\"SCMP_ACT_ERRNO\\\", \\\"args\\\": [{\\\"index\\\": 0, "
			"\\\"op\\\": \\\"SCMP_CMP_$2\\\", \\\"value\\\": $3, \\\"valueTwo\\\": "
			"$4}]}\"\n"
			"echo $(inside \"for i in 5 6 7; do probe syscall $alarm \\$i >/tmp/x || "
			"echo \\$i; done\")\n",
			cases[i].op, cases[i].value, cases[i].two);

		assert_success(result);
		assert_int_equal(strncmp(result->out, cases[i].refused, strlen(cases[i].refused)),
				 0);
		assert_int_equal(strlen(result->out), strlen(cases[i].refused) + 1);
	}
}

static void comparisons_of_one_argument_are_alternatives(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			SECCOMP
			"seccomp SCMP_ACT_ALLOW '{\"names\": [\"alarm\"], \"action\": "
			"\"SCMP_ACT_ERRNO\", \"args\": [{\"index\": 0, \"op\": \"SCMP_CMP_EQ\", "
			"\"value\": 5}, {\"index\": 0, \"op\": \"SCMP_CMP_EQ\", \"value\": 7}]}'\n"
			"echo $(inside \"for i in 5 6 7; do probe syscall $alarm \\$i >/tmp/x || "
			"echo \\$i; done\")\n"),
		"5 7\n");
}

static void what_is_wrong_is_named(void **state)
{
	const struct result *result = oci_script(
		SECCOMP
		"seccomp SCMP_ACT_ALLOWED '{\"names\": [], \"action\": \"SCMP_ACT_KILL\", "
		"\"errnoRet\": 5}' '{\"names\": [\"read\"], \"action\": \"SCMP_ACT_NOTIFY\", "
		"\"args\": [{\"index\": 6, \"value\": 1, \"op\": \"EQ\"}]}'\n"
		"config '.linux.seccomp.architectures = [\"SCMP_ARCH_VAX\"] | "
		".linux.seccomp.flags = [\"SECCOMP_FILTER_FLAG_X\"]'; no oci run $id\n");

	(void)state;
	assert_contains(result->err, "linux.seccomp.defaultAction: unknown: \"SCMP_ACT_ALLOWED\"");
	assert_contains(result->err,
			"linux.seccomp.architectures[0]: unknown architecture "
			"\"SCMP_ARCH_VAX\"");
	assert_contains(result->err, "linux.seccomp.flags[0]: unknown: \"SECCOMP_FILTER_FLAG_X\"");
	assert_contains(result->err,
			"linux.seccomp.syscalls[0].names: must have one text at least");
	assert_contains(result->err,
			"linux.seccomp.syscalls[0].errnoRet: goes with SCMP_ACT_ERRNO");
	assert_contains(result->err, "linux.seccomp.syscalls[1].args[0].index: must be at most 5");
	assert_contains(result->err, "linux.seccomp.syscalls[1].args[0].op: unknown: \"EQ\"");
	assert_contains(result->err, "linux.seccomp.listenerPath: must be there");
}

static void nobody_is_asked_about_what_we_need_ourselves(void **state)
{
	const struct result *result = oci_script(
		SECCOMP "seccomp SCMP_ACT_ALLOW '{\"names\": [\"read\", \"write\", \"sendmsg\"], "
			"\"action\": \"SCMP_ACT_NOTIFY\"}'\n"
			"config '.linux.seccomp.listenerPath = \"/s\"'; no oci run $id\n");

	(void)state;
	assert_contains(result->err, "SCMP_ACT_NOTIFY cannot be used for the sendmsg syscall");
	assert_contains(result->err, "SCMP_ACT_NOTIFY cannot be used for the write syscall");
}

static void a_filter_of_flags_and_architectures(void **state)
{
	(void)state;
	assert_prints(
		oci_script(SECCOMP
			   "seccomp SCMP_ACT_ALLOW; config '.linux.seccomp.flags = "
			   "[\"SECCOMP_FILTER_FLAG_LOG\", \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\", "
			   "\"SECCOMP_FILTER_FLAG_TSYNC\"] | .linux.seccomp.architectures = "
			   "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]'\n"
			   "inside 'grep ^Seccomp: /proc/self/status'\n"),
		"Seccomp:\t2\n");
}

/* ---- The listener ---- */

static const char socket_path[] = "/run/test-seccomp-listener";

/* Receives a descriptor and the text that comes with it. */
static int take(int way, char *text, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { text, size };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(way, &message, 0);
	int fd = -1;

	if (got <= 0 || !CMSG_FIRSTHDR(&message))
		return -1;
	text[got] = '\0';
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/*
 * Answers the first question: the call fails with EXDEV. Prints the text that came with the
 * listener.
 */
static _Noreturn void listen_once(int server)
{
	struct seccomp_notif question = { 0 };
	struct seccomp_notif_resp answer = { .error = -EXDEV };
	char text[4096];
	int way = accept(server, NULL, NULL), notify = take(way, text, sizeof(text) - 1);
	FILE *told = fopen("/run/test-seccomp-told", "w");

	if (notify < 0 || !told)
		_exit(1);
	fputs(text, told);
	fclose(told);
	if (ioctl(notify, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
		_exit(2);
	answer.id = question.id;
	_exit(question.data.nr != SYS_umask ||
	      ioctl(notify, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0);
}

static void somebody_is_asked(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t listener;

	(void)state;
	strcpy(address.sun_path, socket_path);
	unlink(socket_path);
	assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server, 1), 0);
	listener = fork();
	if (listener == 0)
		listen_once(server);
	close(server);
	assert_prints(
		oci_script(
			SECCOMP
			"seccomp SCMP_ACT_ALLOW '{\"names\": [\"umask\"], \"action\": "
			"\"SCMP_ACT_NOTIFY\"}'; config --arg s $2 '.linux.seccomp.listenerPath = "
			"$s | .linux.seccomp.listenerMetadata = \"m e\"'\n"
			"inside \"probe syscall $umask 0 || true\"\n"
			"jq -c '[.fds, .metadata, .state.id == $id, .pid == .state.pid, "
			".state.status]' --arg id $id /run/test-seccomp-told\n",
			socket_path),
		"EXDEV\n[[\"seccompFd\"],\"m e\",true,true,\"creating\"]\n");
	assert_int_equal(finish(listener), 0);
	unlink(socket_path);
	unlink("/run/test-seccomp-told");
}

/* ---- The filters that are kept ---- */

static struct seccomp filter_from(const char *source)
{
	static const struct seccomp_rule rule = { .names = "umask ", .action = SCMP_ACT_ERRNO(1) };
	struct seccomp filter = {
		.rules = &rule, .rule_count = 1, .default_action = SCMP_ACT_ALLOW, .source = source
	};

	assert_int_equal(seccomp_compile_once(&filter), 0);
	return filter;
}

static void a_filter_is_compiled_once(void **state)
{
	const char *directory = "/run/step-06-seccomp";
	char source[64];
	struct seccomp first, second, other;

	(void)state;
	snprintf(source, sizeof(source), "test %s", random_name());
	first = filter_from(source);
	second = filter_from(source);
	assert_int_equal(first.program.len, second.program.len);
	assert_memory_equal(first.program.filter, second.program.filter,
			    first.program.len * sizeof(struct sock_filter));
	/* The kept program is used: a change of its file shows. */
	assert_success(
		script("f=$(grep -l \"$1\" $2/*); size=$(stat -c %s $f)\n"
		       "printf X | dd of=$f bs=1 seek=$((size - 1)) conv=notrunc status=none",
		       source, directory));
	other = filter_from(source);
	assert_memory_not_equal(first.program.filter, other.program.filter,
				first.program.len * sizeof(struct sock_filter));
	/* A file that is cut off is not used. */
	assert_success(script("f=$(grep -l \"$1\" $2/*); truncate -s -3 $f", source, directory));
	other = filter_from(source);
	assert_memory_equal(first.program.filter, other.program.filter,
			    first.program.len * sizeof(struct sock_filter));
	/* A directory that others may write to is not used at all. */
	assert_success(script("chmod 770 $2", source, directory));
	assert_int_equal(filter_from(random_name()).program.len, first.program.len);
	assert_prints(script("stat -c %a $2; grep -l \"$1\" $2/* | wc -l; chmod 700 $2", source,
			     directory),
		      "770\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(actions_are_taken),
		host_test(errnos_are_those_asked_for),
		host_test(a_name_is_not_divided),
		host_test(arguments_are_compared),
		host_test(comparisons_of_one_argument_are_alternatives),
		host_test(what_is_wrong_is_named),
		host_test(nobody_is_asked_about_what_we_need_ourselves),
		host_test(a_filter_of_flags_and_architectures),
		host_test(somebody_is_asked),
		host_test(a_filter_is_compiled_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
