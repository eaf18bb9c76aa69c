/* Runs a seccomp filter as the kernel would, and returns its answer for one call. */
#ifndef TESTS_BPF_MACHINE_H
#define TESTS_BPF_MACHINE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the action for the call. The test fails if the kernel would refuse the program. */
uint32_t bpf_machine_run(const struct sock_filter *program, size_t length,
			 const struct seccomp_data *call);

#endif
