/*
 * Chapter 6: a filter for system calls.
 *
 * The filter is a program for a small machine in the kernel (BPF), which looks at the number and
 * the arguments of each call and returns an action. libseccomp writes the program.
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

/* The action for some calls, if all of the comparisons hold. */
struct seccomp_rule {
	const char *names; /* "read write"; unknown names are left out */
	uint32_t action;   /* SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM), ... */
	struct scmp_arg_cmp arguments[6];
	unsigned int argument_count;
};

struct seccomp {
	const struct seccomp_rule *rules; /* NULL: no filter */
	size_t rule_count;
	uint32_t default_action;
	uint32_t
		architectures[24]; /* besides native: SCMP_ARCH_X86, ...; others kill the process */
	unsigned int flags;	   /* SECCOMP_FILTER_FLAG_* */
	struct sock_fprog program; /* compiled already, if it is not empty */
	const char *source;	   /* the text that the rules come from; NULL: none */
	struct seccomp_notify listener; /* gets the calls with SCMP_ACT_NOTIFY */
};

/*
 * Fills in Docker's default profile for a container with these capabilities in its bounding set.
 * The filter itself refuses calls that need a capability outside of this set. Returns 0 or -1.
 */
int seccomp_default(struct seccomp *filter, uint64_t bounding);

/* Returns the capabilities of the set that change the result of seccomp_default(). */
uint64_t seccomp_default_capabilities(uint64_t bounding);

/*
 * Does the same as seccomp_default(). For the capabilities that most containers have, it also fills
 * in the program that was compiled when the step was built: libseccomp takes tens of milliseconds
 * for it.
 */
int seccomp_precompiled(struct seccomp *filter, uint64_t bounding);

/*
 * Compiles the filter with libseccomp, and puts the program in filter->program. If the default
 * action refuses calls, calls that are newer than all in the rules get ENOSYS instead, as with
 * runC: the C library then falls back on an older call. Returns 0 or -1.
 */
int seccomp_compile(struct seccomp *filter);

/*
 * Loads the filter for this process and all that it executes. A filter cannot be removed. Loading
 * needs CAP_SYS_ADMIN, so call this before capabilities_apply(), unless no_new_privileges_set() was
 * called. Returns 0 or -1.
 */
int seccomp_filter_load(struct seccomp *filter);

/*
 * From now on, this process gets no more rights when it executes a program (set-user-ID). Returns 0
 * or -1.
 */
int no_new_privileges_set(void);

#endif
