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

/* A call, by its row of numbers, and a rule with comparisons that names it. */
struct condition {
	const int16_t *call;
	const struct seccomp_rule *rule;
	unsigned int written; /* where the first one of a call has its conditions; 0: not yet */
};

/* What the rules say of the calls of one kind, by number. */
struct calls {
	uint32_t actions[SYSCALLS_MAX];	       /* the default, or that of ... */
	bool decided[SYSCALLS_MAX];	       /* ... a rule without comparisons */
	const int16_t *compared[SYSCALLS_MAX]; /* the call, if there are conditions about it */
	int last;			       /* the highest number */
};

struct compiler {
	const struct seccomp *seccomp;
	struct bpf bpf;
	struct calls calls[SYSCALLS_ABIS];
	struct condition conditions[CONDITIONS_MAX];
	size_t condition_count;
};

/* The calls from `first` on, up to the next range, have one action. */
struct range {
	int first;
	uint32_t action;
	const int16_t *compared; /* it is this call alone, with conditions */
};

/* Adds a rule for one call of one kind. */
static void add_number(struct calls *calls, int16_t number, const int16_t *call,
		       const struct seccomp_rule *rule)
{
	if (number > calls->last)
		calls->last = number;
	if (rule->argument_count > 0) {
		calls->compared[number] = call;
	} else if (!calls->decided[number]) {
		calls->decided[number] = true;
		calls->actions[number] = rule->action;
	}
}

static int add_call(struct compiler *compiler, const int16_t *call, const struct seccomp_rule *rule)
{
	for (int abi = 0; abi < SYSCALLS_ABIS; abi++)
		if (call[abi] >= 0)
			add_number(&compiler->calls[abi], call[abi], call, rule);
	if (rule->argument_count == 0)
		return 0;
	if (compiler->condition_count == CONDITIONS_MAX)
		return fail_input("seccomp: more than %d calls with arguments", CONDITIONS_MAX);
	compiler->conditions[compiler->condition_count++] =
		(struct condition){ .call = call, .rule = rule };
	return 0;
}

/* Adds a rule for each of the calls that it names. */
static int add_rule(struct compiler *compiler, const struct seccomp_rule *rule)
{
	const char *name = rule->names;

	while (*(name += strspn(name, " "))) {
		size_t length = strcspn(name, " ");
		const int16_t *call = syscalls_find(name, length);

		if (call && add_call(compiler, call, rule) < 0)
			return -1;
		name += length;
	}
	return 0;
}

static struct range range_at(const struct calls *calls, int number)
{
	struct range range = { number, calls->actions[number], calls->compared[number] };

	if (calls->decided[number])
		range.compared = NULL;
	return range;
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

/*
 * The conditions of one call: they are tried one after the other. They are the same for all kinds
 * of calls, so they are written once.
 */
static unsigned int write_conditions(struct compiler *compiler, const int16_t *call)
{
	struct bpf *bpf = &compiler->bpf;
	struct condition *first = compiler->conditions;
	unsigned int next;

	while (first->call != call)
		first++;
	if (first->written)
		return first->written;
	next = bpf_return(bpf, compiler->seccomp->default_action);
	for (size_t i = compiler->condition_count; i-- > 0;) {
		const struct seccomp_rule *rule = compiler->conditions[i].rule;
		unsigned int holds;

		if (compiler->conditions[i].call != call)
			continue;
		holds = bpf_return(bpf, rule->action);
		for (size_t k = rule->argument_count; k-- > 0;)
			holds = bpf_compare(bpf, &rule->arguments[k], holds, next);
		next = holds;
	}
	first->written = next;
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
		return write_conditions(compiler, ranges->compared);
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
	ranges[count++] =
		(struct range){ calls->last + 1, action_of_newer(compiler->seccomp), NULL };
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
	x86_64 = bpf_jump(bpf, BPF_JGE, SYSCALLS_X32_BIT, x32, x86_64);
	x86_64 = bpf_load(bpf, number, x86_64);
	i386 = bpf_load(bpf, number, write_calls(compiler, SYSCALLS_I386));
	other = bpf_return(bpf, SECCOMP_RET_KILL_PROCESS);
	i386 = bpf_jump(bpf, BPF_JEQ, AUDIT_ARCH_I386, i386, other);
	x86_64 = bpf_jump(bpf, BPF_JEQ, AUDIT_ARCH_X86_64, x86_64, i386);
	bpf_load(bpf, architecture, x86_64);
}

int seccomp_compile(const struct seccomp *seccomp, struct sock_filter *program)
{
	autofree struct compiler *compiler = calloc(1, sizeof(*compiler));

	if (!compiler)
		return fail("calloc");
	compiler->seccomp = seccomp;
	compiler->bpf = (struct bpf){ .code = program, .first = BPF_MAXINSNS };
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
	return (int)(BPF_MAXINSNS - compiler->bpf.first);
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
	filter = (struct sock_fprog){ (unsigned short)length, program + BPF_MAXINSNS - length };
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
