#include "seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

enum { CONDITIONS_MAX = 1024 };

/* A call that a rule with comparisons names. */
struct condition {
	int16_t number;
	const struct seccomp_rule *rule;
};

/* What the rules say of the calls of one kind. */
struct calls {
	uint32_t actions[SYSCALLS_MAX]; /* by number */
	bool decided[SYSCALLS_MAX];	/* a rule without comparisons says so */
	bool compared[SYSCALLS_MAX];	/* one of the conditions is about it */
	struct condition conditions[CONDITIONS_MAX];
	size_t condition_count;
	int last; /* the highest number */
};

struct compiler {
	const struct seccomp *seccomp;
	struct bpf bpf;
	struct calls calls[SYSCALLS_ABIS];
};

/* The calls from `first` on, up to the next range, have one action. */
struct range {
	int first;
	uint32_t action;
	bool compared; /* it is a single call, with conditions */
};

static int add_call(struct calls *calls, int16_t number, const struct seccomp_rule *rule)
{
	if (number > calls->last)
		calls->last = number;
	if (rule->argument_count == 0) {
		if (!calls->decided[number])
			calls->actions[number] = rule->action;
		calls->decided[number] = true;
		return 0;
	}
	if (calls->condition_count == CONDITIONS_MAX)
		return fail_input("seccomp: more than %d calls with arguments", CONDITIONS_MAX);
	calls->conditions[calls->condition_count++] = (struct condition){ number, rule };
	calls->compared[number] = true;
	return 0;
}

/* Adds a rule for each of the calls that it names. */
static int add_rule(struct compiler *compiler, const struct seccomp_rule *rule)
{
	const char *name = rule->names;

	while (*(name += strspn(name, " "))) {
		size_t length = strcspn(name, " ");
		const int16_t *numbers = syscalls_find(name, length);

		for (int abi = 0; numbers && abi < SYSCALLS_ABIS; abi++)
			if (numbers[abi] >= 0 &&
			    add_call(&compiler->calls[abi], numbers[abi], rule) < 0)
				return -1;
		name += length;
	}
	return 0;
}

static struct range range_at(const struct calls *calls, int number)
{
	return (struct range){ number, calls->actions[number],
			       calls->compared[number] && !calls->decided[number] };
}

/* Whether a call of a range is no part of the range before. */
static bool begins(const struct range *range, const struct range *before)
{
	return range->compared || before->compared || range->action != before->action;
}

/* What calls get that are newer than the rules. */
static uint32_t action_of_newer(const struct seccomp *seccomp)
{
	uint32_t action = seccomp->default_action;

	if (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG)
		return action;
	return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE ? action
								       : SECCOMP_RET_ERRNO | ENOSYS;
}

/* The action of one call that has conditions: they are tried one after the other. */
static unsigned int write_conditions(struct compiler *compiler, const struct calls *calls,
				     int number)
{
	struct bpf *bpf = &compiler->bpf;
	unsigned int next = bpf_return(bpf, calls->actions[number]);

	for (size_t i = calls->condition_count; i-- > 0;) {
		const struct seccomp_rule *rule = calls->conditions[i].rule;
		unsigned int holds;

		if (calls->conditions[i].number != number)
			continue;
		holds = bpf_return(bpf, rule->action);
		for (size_t k = rule->argument_count; k-- > 0;)
			holds = bpf_compare(bpf, &rule->arguments[k], holds, next);
		next = holds;
	}
	return next;
}

/* Searches the ranges for the number that is loaded, by halves. */
static unsigned int write_ranges(struct compiler *compiler, enum syscalls_abi abi,
				 const struct range *ranges, size_t count)
{
	size_t half = count / 2;
	int first = ranges[half].first;
	unsigned int low, high;

	if (count == 1 && ranges->compared)
		return write_conditions(compiler, &compiler->calls[abi], ranges->first);
	if (count == 1)
		return bpf_return(&compiler->bpf, ranges->action);
	if (abi == SYSCALLS_X32)
		first |= SYSCALLS_X32_BIT;
	high = write_ranges(compiler, abi, ranges + half, count - half);
	low = write_ranges(compiler, abi, ranges, half);
	return bpf_jump(&compiler->bpf, BPF_JGE, (uint32_t)first, high, low);
}

/* All calls of one kind. */
static unsigned int write_calls(struct compiler *compiler, enum syscalls_abi abi)
{
	const struct calls *calls = &compiler->calls[abi];
	struct range ranges[SYSCALLS_MAX + 1];
	size_t count = 0;

	if (!(compiler->seccomp->abis & 1u << abi))
		return bpf_return(&compiler->bpf, SECCOMP_RET_KILL_PROCESS);
	for (int number = 0; number <= calls->last; number++) {
		struct range range = range_at(calls, number);

		if (count == 0 || begins(&range, &ranges[count - 1]))
			ranges[count++] = range;
	}
	ranges[count].first = calls->last + 1;
	ranges[count].compared = false;
	ranges[count++].action = action_of_newer(compiler->seccomp);
	return write_ranges(compiler, abi, ranges, count);
}

/* The whole program; it begins by asking which kind of call it is. */
static void write_program(struct compiler *compiler)
{
	const unsigned int number = offsetof(struct seccomp_data, nr);
	const unsigned int architecture = offsetof(struct seccomp_data, arch);
	struct bpf *bpf = &compiler->bpf;
	unsigned int x86_64, i386, x32, other;

	x32 = write_calls(compiler, SYSCALLS_X32);
	x86_64 = write_calls(compiler, SYSCALLS_X86_64);
	bpf_jump(bpf, BPF_JGE, SYSCALLS_X32_BIT, x32, x86_64);
	x86_64 = bpf_load(bpf, number);
	write_calls(compiler, SYSCALLS_I386);
	i386 = bpf_load(bpf, number);
	other = bpf_return(bpf, SECCOMP_RET_KILL_PROCESS);
	i386 = bpf_jump(bpf, BPF_JEQ, AUDIT_ARCH_I386, i386, other);
	bpf_jump(bpf, BPF_JEQ, AUDIT_ARCH_X86_64, x86_64, i386);
	bpf_load(bpf, architecture);
}

int seccomp_compile(const struct seccomp *seccomp, struct sock_filter *program)
{
	autofree struct compiler *compiler = calloc(1, sizeof(*compiler));
	unsigned int length;

	if (!compiler)
		return fail("calloc");
	compiler->seccomp = seccomp;
	compiler->bpf = (struct bpf){ program, BPF_MAXINSNS };
	for (int abi = 0; abi < SYSCALLS_ABIS; abi++) {
		compiler->calls[abi].last = -1;
		for (int number = 0; number < SYSCALLS_MAX; number++)
			compiler->calls[abi].actions[number] = seccomp->default_action;
	}
	for (size_t i = 0; i < seccomp->rule_count; i++)
		if (add_rule(compiler, &seccomp->rules[i]) < 0)
			return -1;
	write_program(compiler);
	if (compiler->bpf.first == 0)
		return fail_input("seccomp: the filter has more than %d instructions",
				  BPF_MAXINSNS);
	length = BPF_MAXINSNS - compiler->bpf.first;
	memmove(program, program + compiler->bpf.first, length * sizeof(*program));
	return (int)length;
}

int seccomp_load(const struct seccomp *seccomp)
{
	autofree struct sock_filter *program = NULL;
	struct sock_fprog filter;
	int length;

	if (!seccomp->rules)
		return 0;
	program = calloc(BPF_MAXINSNS, sizeof(*program));
	if (!program)
		return fail("calloc");
	length = seccomp_compile(seccomp, program);
	if (length < 0)
		return -1;
	filter = (struct sock_fprog){ (unsigned short)length, program };
	narrate("seccomp SECCOMP_SET_MODE_FILTER: %d instructions", length);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, seccomp->flags, &filter) < 0)
		return fail("seccomp SECCOMP_SET_MODE_FILTER");
	return 0;
}

int seccomp_no_new_privileges(void)
{
	narrate("prctl PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail("prctl PR_SET_NO_NEW_PRIVS");
	return 0;
}
