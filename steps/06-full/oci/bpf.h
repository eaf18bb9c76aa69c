/*
 * Chapter 6: writing a seccomp filter.
 *
 * A program is written from its end to its beginning. Jumps go forward only, so where a jump leads
 * is always written before it. Each function puts instructions in front and returns the place of
 * the first one, to be jumped to.
 *
 * Source: Documentation/networking/filter.rst and userspace-api/seccomp_filter.rst in the kernel's
 * sources; <linux/filter.h>, struct seccomp_data of <linux/seccomp.h>.
 */
#ifndef STEPS_BPF_H
#define STEPS_BPF_H

#include <linux/filter.h>
#include <stdint.h>

#include "seccomp.h"

struct bpf {
	struct sock_filter *code; /* BPF_MAXINSNS */
	unsigned int first;	  /* the place of the first instruction; 0: full */
	unsigned int returns[4];  /* places of some of the latest BPF_RET */
	unsigned int return_count;
};

/* Loads the 32 bits at `offset` of struct seccomp_data, and goes on at `next`. */
unsigned int bpf_load(struct bpf *bpf, unsigned int offset, unsigned int next);

/* Jumps to `yes` or `no`, by comparing what was loaded: `operation` is BPF_JEQ, BPF_JGE or BPF_JGT.
 */
unsigned int bpf_jump(struct bpf *bpf, uint16_t operation, uint32_t value, unsigned int yes,
		      unsigned int no);

/* Ends with an action: a place near enough where that stands already, or a new one. */
unsigned int bpf_return(struct bpf *bpf, uint32_t action);

/* Compares one argument. */
unsigned int bpf_compare(struct bpf *bpf, const struct seccomp_argument *argument, unsigned int yes,
			 unsigned int no);

#endif
