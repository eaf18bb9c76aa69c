/*
 * The compilation of a filter. libseccomp writes one program for each architecture. They are put
 * one after the other; before each of them are instructions that libseccomp cannot write.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "seccomp_filter.h"

#define autocontext __attribute__((cleanup(release)))
#define SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NUMBER	    offsetof(struct seccomp_data, nr)
#define ARCH	    offsetof(struct seccomp_data, arch)

enum { NAME_MAX_BYTES = 64, X32_BIT = 0x40000000 };

/*
 * Calls that libseccomp 2.5.4 does not know. They have the same number on all architectures;
 * `except` is an architecture without the call.
 */
static const struct {
	const char *name;
	int number;
	uint32_t except;
} newer[] = {
	{ "uretprobe", 335, SCMP_ARCH_X86 },
	{ "cachestat", 451, 0 },
	{ "fchmodat2", 452, 0 },
	{ "map_shadow_stack", 453, SCMP_ARCH_X32 },
	{ "futex_wake", 454, 0 },
	{ "futex_wait", 455, 0 },
	{ "futex_requeue", 456, 0 },
	{ "statmount", 457, 0 },
	{ "listmount", 458, 0 },
	{ "lsm_get_self_attr", 459, 0 },
	{ "lsm_set_self_attr", 460, 0 },
	{ "lsm_list_modules", 461, 0 },
	{ "mseal", 462, 0 },
	{ "setxattrat", 463, 0 },
	{ "getxattrat", 464, 0 },
	{ "listxattrat", 465, 0 },
	{ "removexattrat", 466, 0 },
};

/* The program, which is being written. */
struct program {
	struct sock_filter *code; /* BPF_MAXINSNS */
	size_t length;		  /* also counts instructions that had no room */
};

/* The part of the program for one architecture. */
struct part {
	const struct seccomp *filter;
	uint32_t architecture; /* SCMP_ARCH_... */
	scmp_filter_ctx context;
	uint32_t actions[SIZE(newer)]; /* of the newer calls; 0: no rule names it */
	int last;		       /* the highest number in the rules */
};

static void release(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

/* libseccomp's functions return -errno. */
static int check(int result, const char *function)
{
	if (result >= 0)
		return 0;
	errno = -result;
	return fail("%s", function);
}

static void note_number(struct part *part, int number)
{
	if (number > part->last)
		part->last = number;
}

static void add_newer(struct part *part, const struct seccomp_rule *rule, const char *name)
{
	for (size_t i = 0; i < SIZE(newer); i++) {
		if (strcmp(newer[i].name, name) != 0 || newer[i].except == part->architecture)
			continue;
		if (rule->argument_count == 0)
			part->actions[i] = rule->action;
		note_number(part, newer[i].number);
	}
}

/* Adds the rule for the call with this number. Returns 0 or -1. */
static int add_rule(const struct part *part, const struct seccomp_rule *rule, int number)
{
	int result;

	/* libseccomp refuses rules with the default action. */
	if (rule->action == part->filter->default_action)
		return 0;
	result = seccomp_rule_add_array(part->context, rule->action, number, rule->argument_count,
					rule->arguments);
	/* EFAULT: this architecture does not have the call. */
	return result == -EFAULT ? 0 : check(result, "seccomp_rule_add_array");
}

static int add_call(struct part *part, const struct seccomp_rule *rule, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR) {
		add_newer(part, rule, name);
		return 0;
	}
	note_number(part, seccomp_syscall_resolve_name_arch(part->architecture, name) & ~X32_BIT);
	return add_rule(part, rule, number);
}

/* Adds the rules, for each of the calls that they name. */
static int add_rules(struct part *part)
{
	char name[NAME_MAX_BYTES];
	int length;

	for (size_t i = 0; i < part->filter->rule_count; i++) {
		const struct seccomp_rule *rule = &part->filter->rules[i];

		for (const char *rest = rule->names; sscanf(rest, " %63s%n", name, &length) == 1;
		     rest += length)
			if (add_call(part, rule, name) < 0)
				return -1;
	}
	return 0;
}

static void put(struct program *program, struct sock_filter instruction)
{
	if (program->length < BPF_MAXINSNS)
		program->code[program->length] = instruction;
	program->length++;
}

static void put_load(struct program *program, size_t offset)
{
	put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Jumps over `yes` or `no` instructions. */
static void put_jump(struct program *program, uint16_t comparison, uint32_t value, uint8_t yes,
		     uint8_t no)
{
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | comparison, value, yes, no));
}

static void put_return(struct program *program, uint32_t action)
{
	put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* True if the default action refuses calls: newer calls than those in the rules then get ENOSYS. */
static bool refuses(uint32_t action)
{
	return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG && action != SCMP_ACT_NOTIFY &&
		(action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE;
}

/*
 * Adds what libseccomp does not know: the newer calls, and ENOSYS for calls that are newer still.
 */
static void put_newer(struct program *program, const struct part *part)
{
	put_load(program, NUMBER);
	if (part->architecture == SCMP_ARCH_X32)
		put(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, X32_BIT - 1));
	for (size_t i = 0; i < SIZE(newer); i++) {
		if (part->actions[i] == 0)
			continue;
		put_jump(program, BPF_JEQ, (uint32_t)newer[i].number, 0, 1);
		put_return(program, part->actions[i]);
	}
	if (!refuses(part->filter->default_action))
		return;
	put_jump(program, BPF_JGE, X32_BIT, 2, 0); /* a number of x32 */
	put_jump(program, BPF_JGT, (uint32_t)part->last, 0, 1);
	put_return(program, SECCOMP_RET_ERRNO | ENOSYS);
}

/* Adds the program that libseccomp writes. Returns 0 or -1. */
static int put_compiled(struct program *program, const struct part *part)
{
	int file = file_create_memory("filter");
	autofile FILE *stream = file < 0 ? NULL : fdopen(file, "r+");
	struct sock_filter instruction;

	if (!stream)
		return file < 0 ? -1 : fail("fdopen");
	if (check(seccomp_export_bpf(part->context, file), "seccomp_export_bpf") < 0)
		return -1;
	rewind(stream);
	while (fread(&instruction, sizeof(instruction), 1, stream) == 1)
		put(program, instruction);
	return 0;
}

/* Adds a jump whose target is not known yet. Returns its place, for land(). */
static size_t put_skip(struct program *program)
{
	put(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	return program->length - 1;
}

/* Makes the next instruction the target of the jump at `place`. */
static void land(struct program *program, size_t place)
{
	if (place < BPF_MAXINSNS)
		program->code[place].k = (uint32_t)(program->length - place - 1);
}

static int put_part(struct program *program, const struct part *part)
{
	bool is_x32 = part->architecture == SCMP_ARCH_X32;
	uint32_t audit = is_x32 ? AUDIT_ARCH_X86_64 : part->architecture;
	size_t other, also_other;

	put_load(program, ARCH);
	put_jump(program, BPF_JEQ, audit, 1, 0);
	other = also_other = put_skip(program);
	if (is_x32) {
		put_load(program, NUMBER);
		put_jump(program, BPF_JGE, X32_BIT, 1, 0);
		also_other = put_skip(program);
	}
	put_newer(program, part);
	if (put_compiled(program, part) < 0)
		return -1;
	land(program, other);
	land(program, also_other);
	return 0;
}

static int compile_part(struct program *program, const struct seccomp *filter,
			uint32_t architecture)
{
	autocontext scmp_filter_ctx context = seccomp_init(filter->default_action);
	struct part part = { .filter = filter, .architecture = architecture, .context = context };

	if (!context)
		return fail("seccomp_init");
	if (architecture != seccomp_arch_native()) {
		if (check(seccomp_arch_add(context, architecture), "seccomp_arch_add") < 0)
			return -1;
		if (check(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), "seccomp_arch_remove") <
		    0)
			return -1;
	}
	/* 2: a binary tree in the place of a list. The kernel loads it in a third of the time. */
	if (check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "seccomp_attr_set") < 0)
		return -1;
	if (add_rules(&part) < 0)
		return -1;
	return put_part(program, &part);
}

int seccomp_compile(struct seccomp *filter)
{
	struct program program = { .code = calloc(BPF_MAXINSNS, sizeof(*program.code)) };

	if (!program.code)
		return fail("calloc");
	filter->program.filter = program.code;
	/*
	 * The native architecture comes last: x32 has the same value in `arch`, and differs by its
	 * numbers.
	 */
	for (size_t i = 0; i < SIZE(filter->architectures) && filter->architectures[i]; i++)
		if (compile_part(&program, filter, filter->architectures[i]) < 0)
			return -1;
	if (compile_part(&program, filter, seccomp_arch_native()) < 0)
		return -1;
	put_return(&program, SECCOMP_RET_KILL_PROCESS);
	if (program.length > BPF_MAXINSNS)
		return fail_input("seccomp: the filter has more than %d instructions",
				  BPF_MAXINSNS);
	filter->program.len = (unsigned short)program.length;
	return 0;
}
