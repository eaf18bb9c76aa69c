/*
 * Chapter 6: a filter for system calls.
 *
 * The filter is a program for a small machine in the kernel (BPF), which looks at the number and
 * the arguments of each call and says what becomes of it. We compile it ourselves: libseccomp needs
 * 20 ms for Docker's list, more than all the rest of the container takes.
 *
 * Source: seccomp(2), PR_SET_NO_NEW_PRIVS of prctl(2),
 * Documentation/userspace-api/seccomp_filter.rst; seccomp in the OCI runtime specification,
 * config-linux.md.
 */
#ifndef STEPS_SECCOMP_H
#define STEPS_SECCOMP_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls.h"

enum seccomp_comparison {
	SECCOMP_NOT_EQUAL,
	SECCOMP_LESS,
	SECCOMP_LESS_EQUAL,
	SECCOMP_EQUAL,
	SECCOMP_GREATER_EQUAL,
	SECCOMP_GREATER,
	SECCOMP_MASKED_EQUAL, /* (argument & value) == masked_value */
};

struct seccomp_argument {
	unsigned int index; /* 0 to 5 */
	enum seccomp_comparison comparison;
	uint64_t value, masked_value;
};

/* What becomes of some calls, if all of the comparisons hold. */
struct seccomp_rule {
	const char *names; /* "read write"; names that we do not know are left out */
	uint32_t action;   /* SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EPERM, ... */
	struct seccomp_argument arguments[6];
	size_t argument_count;
};

/*
 * For each call the first rule counts that holds, after those without comparisons; where there is
 * none, the default action. If that one refuses, calls that are newer than all in the rules get
 * ENOSYS instead, as with runC: the C library then falls back on an older one.
 */
struct seccomp {
	const struct seccomp_rule *rules; /* NULL: no filter */
	size_t rule_count;
	uint32_t default_action;
	unsigned int abis;  /* bits 1 << SYSCALLS_X86_64, ...; others kill the process */
	unsigned int flags; /* SECCOMP_FILTER_FLAG_* */
};

/*
 * Docker's own list, as it is for a container with these capabilities in its bounding set: calls
 * that need one of the others are refused to begin with. Returns 0 or -1.
 */
int seccomp_default(struct seccomp *seccomp, uint64_t bounding);

/*
 * Writes the program to the end of an array of BPF_MAXINSNS. Returns its length, or -1 if it is too
 * long.
 */
int seccomp_compile(const struct seccomp *seccomp, struct sock_filter *program);

/*
 * Puts the filter over us and what we execute; it stays. That needs CAP_SYS_ADMIN, so it is done
 * before capabilities_apply(), unless seccomp_no_new_privileges() came before. Returns 0 or -1.
 */
int seccomp_load(const struct seccomp *seccomp);

/* From here on, no program gives more rights by being executed (set-user-ID). Returns 0 or -1. */
int seccomp_no_new_privileges(void);

#endif
