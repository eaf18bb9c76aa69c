/*
 * The kernel's machine for seccomp filters, in a few lines: what a program says of a call.
 */
#ifndef TESTS_BPF_MACHINE_H
#define TESTS_BPF_MACHINE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* The action for the call. Fails the test where the kernel would refuse the program. */
uint32_t bpf_machine_run(const struct sock_filter *program, size_t length,
			 const struct seccomp_data *call);

#endif
