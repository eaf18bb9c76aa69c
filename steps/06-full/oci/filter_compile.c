/* The compilation of a filter, by libseccomp. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "filter.h"

#define autocontext __attribute__((cleanup(release)))

enum { NAME_MAX_BYTES = 64, X32_BIT = 0x40000000 };

static void release(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

/* libseccomp's functions return -errno. */
static int check(int result, const char *function)
{
	if (result >= 0)
		return result;
	errno = -result;
	return fail("%s", function);
}

/* The number of a call on our own architecture; __NR_SCMP_ERROR: nobody knows it. */
static int number_of(const char *name)
{
	/* Newer than libseccomp 2.5.4. These have one number on all architectures. */
	static const struct {
		const char *name;
		int number;
	} newer[] = {
		{ "cachestat", 451 },	      { "fchmodat2", 452 },
		{ "map_shadow_stack", 453 },  { "futex_wake", 454 },
		{ "futex_wait", 455 },	      { "futex_requeue", 456 },
		{ "statmount", 457 },	      { "listmount", 458 },
		{ "lsm_get_self_attr", 459 }, { "lsm_set_self_attr", 460 },
		{ "lsm_list_modules", 461 },  { "mseal", 462 },
		{ "setxattrat", 463 },	      { "getxattrat", 464 },
		{ "listxattrat", 465 },	      { "removexattrat", 466 },
	};
	int number = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; number == __NR_SCMP_ERROR && i < sizeof(newer) / sizeof(*newer); i++)
		if (strcmp(newer[i].name, name) == 0)
			number = newer[i].number;
	return number;
}

static int add_call(scmp_filter_ctx context, const struct filter_rule *rule, int number)
{
	int result = seccomp_rule_add_array(context, rule->action, number, rule->argument_count,
					    rule->arguments);

	/* EFAULT: libseccomp does not know what it is called on another architecture. */
	return result == -EFAULT ? 0 : check(result, "seccomp_rule_add_array");
}

/* Adds a rule for each of the calls that it names; *last becomes the highest number. */
static int add_rule(scmp_filter_ctx context, const struct filter_rule *rule, int *last)
{
	char name[NAME_MAX_BYTES];
	int length;

	for (const char *rest = rule->names; sscanf(rest, " %63s%n", name, &length) == 1;
	     rest += length) {
		int number = number_of(name);

		if (number == __NR_SCMP_ERROR)
			continue;
		if (number > *last)
			*last = number;
		if (add_call(context, rule, number) < 0)
			return -1;
	}
	return 0;
}

/* The rules on one architecture. */
static int add_rules(scmp_filter_ctx context, const struct filter *filter, int *last)
{
	for (size_t i = 0; i < filter->rule_count; i++) {
		/* libseccomp refuses rules that say what holds anyway. */
		if (filter->rules[i].action == filter->default_action)
			continue;
		if (add_rule(context, &filter->rules[i], last) < 0)
			return -1;
	}
	return 0;
}

static int add_architecture(scmp_filter_ctx whole, const struct filter *filter,
			    uint32_t architecture, int *last)
{
	autocontext scmp_filter_ctx context = seccomp_init(filter->default_action);

	if (!context)
		return fail("seccomp_init");
	if (check(seccomp_arch_add(context, architecture), "seccomp_arch_add") < 0)
		return -1;
	if (check(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), "seccomp_arch_remove") < 0)
		return -1;
	if (add_rules(context, filter, last) < 0)
		return -1;
	if (check(seccomp_merge(whole, context), "seccomp_merge") < 0)
		return -1;
	context = NULL; /* the other one has it now */
	return 0;
}

static bool refuses(uint32_t action)
{
	return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG && action != SCMP_ACT_NOTIFY &&
		(action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE;
}

/* Puts libseccomp's program into memory, with ours before it for calls above `last`. */
static int keep_program(scmp_filter_ctx context, struct filter *filter, int last)
{
	const struct sock_filter newer[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)~X32_BIT),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)last, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	size_t begin = refuses(filter->default_action) ? sizeof(newer) : 0;
	autofd int file = memfd_create("filter", MFD_CLOEXEC);
	off_t size;
	void *code;

	if (file < 0)
		return fail("memfd_create");
	if (write(file, newer, begin) != (ssize_t)begin)
		return fail("write the filter");
	if (check(seccomp_export_bpf(context, file), "seccomp_export_bpf") < 0)
		return -1;
	size = lseek(file, 0, SEEK_END);
	if (size > (off_t)(BPF_MAXINSNS * sizeof(*newer)))
		return fail_input("seccomp: the filter has more than %d instructions",
				  BPF_MAXINSNS);
	code = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
	if (code == MAP_FAILED)
		return fail("mmap the filter");
	filter->program.len = (unsigned short)((size_t)size / sizeof(*newer));
	filter->program.filter = code;
	return 0;
}

int filter_compile(struct filter *filter)
{
	autocontext scmp_filter_ctx context = seccomp_init(filter->default_action);
	int last = 0;

	if (!context)
		return fail("seccomp_init");
	/* A tree to search, in the place of a list: the kernel loads it in a third of the time. */
	if (check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "seccomp_attr_set") < 0)
		return -1;
	if (add_rules(context, filter, &last) < 0)
		return -1;
	for (size_t i = 0; i < 4 && filter->architectures[i]; i++)
		if (add_architecture(context, filter, filter->architectures[i], &last) < 0)
			return -1;
	return keep_program(context, filter, last);
}
