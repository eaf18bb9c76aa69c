/*
 * Chapter 6: a filter for system calls.
 *
 * The filter is a program for a small machine in the kernel (BPF), which looks at the number and
 * the arguments of each call and says what becomes of it. libseccomp writes it.
 *
 * A compiler of the workbook's own took less time, but a well-kept library is worth more here.
 *
 * Source: seccomp(2), PR_SET_NO_NEW_PRIVS of prctl(2), seccomp_rule_add(3);
 * Documentation/userspace-api/seccomp_filter.rst; seccomp in the OCI runtime specification,
 * config-linux.md.
 */
#ifndef STEPS_SECCOMP_FILTER_H
#define STEPS_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp_notify.h"

/* What becomes of some calls, if all of the comparisons hold. */
struct seccomp_rule {
	const char *names; /* "read write"; those that nobody knows are left out */
	uint32_t action;   /* SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM), ... */
	struct scmp_arg_cmp arguments[6];
	unsigned int argument_count;
};

struct seccomp {
	const struct seccomp_rule *rules; /* NULL: no filter */
	size_t rule_count;
	uint32_t default_action;
	uint32_t
		architectures[24]; /* beside our own: SCMP_ARCH_X86, ...; others kill the process */
	unsigned int flags;	   /* SECCOMP_FILTER_FLAG_* */
	struct sock_fprog program; /* compiled already, if it is not empty */
	const char *source;	   /* the text that it was made from; NULL: none */
	struct seccomp_notify listener; /* who is asked by SCMP_ACT_NOTIFY */
};

/*
 * Docker's own list, as it is for a container with these capabilities in its bounding set: calls
 * that need one of the others are refused to begin with. Returns 0 or -1.
 */
int seccomp_default(struct seccomp *filter, uint64_t bounding);

/* Those of the capabilities that make a difference to it. */
uint64_t seccomp_default_capabilities(uint64_t bounding);

/*
 * As seccomp_default(). For the capabilities that most containers have it comes with the program
 * that was compiled when the step was built: libseccomp takes tens of milliseconds for it.
 */
int seccomp_precompiled(struct seccomp *filter, uint64_t bounding);

/*
 * Has libseccomp compile the filter, and puts the program in filter->program. Where the default
 * action refuses, calls that are newer than all in the rules get ENOSYS in its place, as with runC:
 * the C library then falls back on an older one. Returns 0 or -1.
 */
int seccomp_compile(struct seccomp *filter);

/*
 * Puts the filter over us and what we execute; it stays. That needs CAP_SYS_ADMIN, so it is done
 * before capabilities_apply(), unless no_new_privileges_set() came before. Returns 0 or -1.
 */
int seccomp_filter_load(struct seccomp *filter);

/* From here on, no program gives more rights by being executed (set-user-ID). Returns 0 or -1. */
int no_new_privileges_set(void);

#endif
