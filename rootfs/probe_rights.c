/* Commands that show what this process may do: capabilities, securebits, no_new_privs, seccomp. */
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define NAME(capability) [CAP_##capability] = "CAP_" #capability

static const char *const capability_names[64] = {
	NAME(CHOWN),
	NAME(DAC_OVERRIDE),
	NAME(DAC_READ_SEARCH),
	NAME(FOWNER),
	NAME(FSETID),
	NAME(KILL),
	NAME(SETGID),
	NAME(SETUID),
	NAME(SETPCAP),
	NAME(LINUX_IMMUTABLE),
	NAME(NET_BIND_SERVICE),
	NAME(NET_BROADCAST),
	NAME(NET_ADMIN),
	NAME(NET_RAW),
	NAME(IPC_LOCK),
	NAME(IPC_OWNER),
	NAME(SYS_MODULE),
	NAME(SYS_RAWIO),
	NAME(SYS_CHROOT),
	NAME(SYS_PTRACE),
	NAME(SYS_PACCT),
	NAME(SYS_ADMIN),
	NAME(SYS_BOOT),
	NAME(SYS_NICE),
	NAME(SYS_RESOURCE),
	NAME(SYS_TIME),
	NAME(SYS_TTY_CONFIG),
	NAME(MKNOD),
	NAME(LEASE),
	NAME(AUDIT_WRITE),
	NAME(AUDIT_CONTROL),
	NAME(SETFCAP),
	NAME(MAC_OVERRIDE),
	NAME(MAC_ADMIN),
	NAME(SYSLOG),
	NAME(WAKE_ALARM),
	NAME(BLOCK_SUSPEND),
	NAME(AUDIT_READ),
	NAME(PERFMON),
	NAME(BPF),
	NAME(CHECKPOINT_RESTORE),
};

static void print_set(const char *title, uint64_t set)
{
	printf("%s%s", title, set ? "" : " none");
	for (int i = 0; i < 64; i++) {
		if (!(set >> i & 1))
			continue;
		if (capability_names[i])
			printf(" %s", capability_names[i]);
		else
			printf(" CAP_%d", i); /* newer than the headers of this build */
	}
	puts("");
}

static int ask(const char *what, int option)
{
	int answer = prctl(option, 0, 0, 0, 0);

	if (answer < 0)
		die("prctl %s", what);
	return answer;
}

static int caps(char **argv UNUSED)
{
	static const char *const seccomp_modes[] = { "disabled", "strict", "filter" };
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct low_high[2];
	uint64_t bounding = 0, ambient = 0;

	if (syscall(SYS_capget, &header, low_high))
		die("capget");
	/* prctl(2) fails with EINVAL for the first number that is no capability of the kernel. */
	for (unsigned int i = 0; i < 64; i++) {
		int bound = prctl(PR_CAPBSET_READ, i, 0, 0, 0);

		if (bound < 0)
			break;
		bounding |= (uint64_t)bound << i;
		ambient |= (uint64_t)(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
			<< i;
	}
	print_set("permitted", (uint64_t)low_high[1].permitted << 32 | low_high[0].permitted);
	print_set("effective", (uint64_t)low_high[1].effective << 32 | low_high[0].effective);
	print_set("inheritable", (uint64_t)low_high[1].inheritable << 32 | low_high[0].inheritable);
	print_set("bounding", bounding);
	print_set("ambient", ambient);
	printf("no_new_privs %d\n", ask("PR_GET_NO_NEW_PRIVS", PR_GET_NO_NEW_PRIVS));
	printf("seccomp %s\n", seccomp_modes[ask("PR_GET_SECCOMP", PR_GET_SECCOMP) % 3]);
	printf("securebits 0x%x\n", (unsigned int)ask("PR_GET_SECUREBITS", PR_GET_SECUREBITS));
	return YES;
}

/* Written by the child, which the call may kill, and read by the parent. */
struct outcome {
	int returned;
	long result;
	int error;
};

static long call_argument(const char *text)
{
	/* The number may be above LONG_MAX: a mask, an address. */
	int base = strncmp(text, "0x", 2) ? 10 : 16;
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, base);
	if (errno || end == text || *end)
		usage("%s is not a number", text);
	return (long)value;
}

static int raw_syscall(char **argv)
{
	volatile struct outcome *outcome;
	long call = number(argv[0], 0, INT_MAX), a[6] = { 0 };
	int status;
	pid_t pid;

	for (int i = 0; argv[i + 1]; i++)
		a[i] = call_argument(argv[i + 1]);
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (outcome == MAP_FAILED)
		die("mmap");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		alarm(10); /* pause(2), for one, would never come back */
		outcome->result = syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
		outcome->error = errno;
		outcome->returned = 1;
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (outcome->returned && outcome->result != -1) {
		printf("ok %ld\n", outcome->result);
		return YES;
	}
	if (outcome->returned)
		puts(errno_name(outcome->error));
	else if (WIFSIGNALED(status))
		printf("killed by %s\n", signal_name(WTERMSIG(status)));
	else
		printf("exited %d\n", WEXITSTATUS(status));
	return NO;
}

const struct command rights_commands[] = {
	{ "caps", "", "the five capability sets, no_new_privs, seccomp, securebits", caps, 0, 0 },
	{ "syscall", "NUMBER [ARG...]", "make a system call in a child", raw_syscall, 1, 7 },
	{ 0 },
};
