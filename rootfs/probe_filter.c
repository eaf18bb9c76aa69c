/*
 * Finds out what the seccomp filter of this process does with a system call, without making the
 * call. For this, a second filter, of the probe's own, sends to the probe each call that the first
 * filter lets pass.
 */
#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <linux/seccomp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define X32_BIT 0x40000000

/* MARK is the last argument of each call that is asked about. PASSED is the answer "it passes". */
enum { MARK = 0x600df00d, PASSED = EXFULL, KILLED = -1, COUNT_MAX = 4096 };

enum abi { X86_64, I386, X32 };

/* Shared by the parent and the child that makes the calls. */
struct questions {
	volatile int listener;		 /* where calls that pass are sent to; -1: not yet */
	volatile long next;		 /* the call that is asked about */
	long first, last;		 /* the range of all calls that are asked about */
	volatile int answers[COUNT_MAX]; /* PASSED, or what came instead; KILLED */
	enum abi abi;
	uint64_t arguments[6];
};

#ifdef __x86_64__
/* A call as 32-bit programs make it. `int $0x80` clears r8 to r11. */
int probe_call_i386(int call, const uint32_t arguments[6]);
__asm__(".globl probe_call_i386\n"
	".type probe_call_i386, @function\n"
	"probe_call_i386:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	mov %edi, %eax\n"
	"	mov (%rsi), %ebx\n"
	"	mov 4(%rsi), %ecx\n"
	"	mov 8(%rsi), %edx\n"
	"	mov 16(%rsi), %edi\n"
	"	mov 20(%rsi), %ebp\n"
	"	mov 12(%rsi), %esi\n"
	"	int $0x80\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n"
	".size probe_call_i386, .-probe_call_i386\n");
#else
static int probe_call_i386(int call UNUSED, const uint32_t arguments[6] UNUSED)
{
	return -ENOSYS;
}
#endif

/* Makes a call. Returns 0 or its errno. */
static int make_call(const struct questions *questions, long call)
{
	const uint64_t *a = questions->arguments;
	long result;

	if (questions->abi == I386) {
		uint32_t halves[6];

		for (int i = 0; i < 6; i++)
			halves[i] = (uint32_t)a[i];
		result = probe_call_i386((int)call, halves);
		return result < 0 && result > -4096 ? (int)-result : 0;
	}
	if (questions->abi == X32)
		call |= X32_BIT;
	result = syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
	return result == -1 ? errno : 0;
}

/*
 * Makes all the calls. After the first one, the child cannot make a system call of its own: the
 * mark may still be in the register. So the child cannot exit, and the parent kills it.
 */
static _Noreturn void make_calls(struct questions *questions)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 4, filter };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	questions->listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
					   SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (questions->listener < 0)
		die("seccomp");
	for (; questions->next <= questions->last; questions->next++)
		questions->answers[questions->next - questions->first] =
			make_call(questions, questions->next);
	for (;;)
		;
}

/* Answers one call with the error PASSED, if one comes within a moment. */
static void answer_one(int listener)
{
	struct pollfd readable = { .fd = listener, .events = POLLIN };
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp answer = { 0 };

	if (poll(&readable, 1, 1) <= 0 || !(readable.revents & POLLIN))
		return;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
		return;
	answer.id = request.id;
	answer.error = -PASSED;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Runs a child until all calls are made, or one of them has killed it. */
static void run_child(struct questions *questions)
{
	pid_t pid;
	int status;

	questions->listener = -1;
	/* CLONE_FILES: the parent gets the listener that the child opens. */
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		die("clone");
	if (pid == 0)
		make_calls(questions);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (questions->listener >= 0)
			answer_one(questions->listener);
		if (questions->next > questions->last)
			kill(pid, SIGKILL);
	}
	if (WIFEXITED(status))
		exit(FAILED);
	if (questions->next <= questions->last)
		questions->answers[questions->next++ - questions->first] = KILLED;
	close(questions->listener);
}

static void print_answers(const struct questions *questions)
{
	for (long i = 0; i <= questions->last - questions->first; i++) {
		int answer = questions->answers[i];

		printf("%ld %s\n", questions->first + i,
		       answer == PASSED		  ? "passes"
			       : answer == KILLED ? "killed"
			       : answer == 0	  ? "made"
						  : errno_name(answer));
	}
}

static int filter(char **argv)
{
	static const char *const abis[] = { "x86-64", "i386", "x32" };
	struct questions *questions = mmap(NULL, sizeof(*questions), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int abi = 0;

	if (questions == MAP_FAILED)
		die("mmap");
	while (abi < 3 && !equal(argv[0], abis[abi]))
		abi++;
	if (abi == 3)
		usage("%s is none of x86-64, i386 and x32", argv[0]);
	questions->abi = (enum abi)abi;
	questions->first = questions->next = number(argv[1], 0, COUNT_MAX - 1);
	questions->last = number(argv[2], questions->first, COUNT_MAX - 1);
	for (int i = 0; i < 5 && argv[i + 3]; i++)
		questions->arguments[i] = (uint64_t)number(argv[i + 3], 0, LONG_MAX);
	questions->arguments[5] = MARK;
	while (questions->next <= questions->last)
		run_child(questions);
	print_answers(questions);
	return YES;
}

const struct command filter_commands[] = {
	{ "filter", "ABI FIRST LAST [ARG...]",
	  "what seccomp says of calls FIRST to LAST of x86-64, i386 or x32, which are not made",
	  filter, 3, 8 },
	{ 0 },
};
