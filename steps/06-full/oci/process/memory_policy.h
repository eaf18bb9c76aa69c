/*
 * Chapter 6: from which memory nodes of a NUMA machine a process gets its memory.
 *
 * Source: set_mempolicy(2); memoryPolicy in config-linux.md of the OCI runtime specification.
 */
#ifndef STEPS_MEMORY_POLICY_H
#define STEPS_MEMORY_POLICY_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct memory_policy {
	bool is_set;
	uint32_t mode;	  /* MPOL_BIND, ..., with the MPOL_F_* in it */
	const char *name; /* "MPOL_BIND", for messages */
	cpu_set_t nodes;  /* scheduling_read_cpus() reads lists of nodes as well */
};

/* Sets the policy of this process, which execve(2) keeps. Returns 0 or -1. */
int memory_policy_apply(const struct memory_policy *policy);

#endif
