/*
 * Chapter 6: when a process runs, on which processors, and how soon the kernel kills it when memory
 * runs out.
 *
 * Source: sched_setattr(2), ioprio_set(2), sched_setaffinity(2), proc_pid_oom_score_adj(5);
 * process.oomScoreAdj, scheduler, ioPriority and execCPUAffinity in config.md of the OCI runtime
 * specification.
 */
#ifndef STEPS_SCHEDULING_H
#define STEPS_SCHEDULING_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The argument of sched_setattr(2). glibc 2.36 does not declare it. */
struct scheduling_policy {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds, for SCHED_DEADLINE */
};

struct scheduling {
	bool has_oom;
	int oom_score_adj; /* -1000: never killed for memory, to 1000: first */
	bool has_policy;
	struct scheduling_policy policy;
	int io_priority; /* class and level, as ioprio_set(2) wants them; 0: not set */
	/* For `exec`: the CPUs of a process before it enters the container's cgroups, and after. */
	bool has_initial, has_final;
	cpu_set_t initial, final;
};

/* Reads a list of CPUs, "0-3,7". Returns true if the text is such a list. */
bool scheduling_read_cpus(const char *text, cpu_set_t *cpus);

/* On the host: writes oom_score_adj of a process. Returns 0 or -1. */
int scheduling_set_oom(const struct scheduling *scheduling, pid_t pid);

/*
 * Binds this process, and the children that it forks from now on, to these CPUs. Returns 0 or -1.
 */
int scheduling_set_cpus(const cpu_set_t *cpus);

/*
 * Lets this process run on all CPUs of its cgroup. The caller of the runtime may have been bound to
 * a few CPUs (taskset(1), CPUAffinity= of systemd), which must not limit the container. Since Linux
 * 6.2 the kernel keeps this binding when a process enters a cgroup.
 */
void scheduling_reset_cpus(void);

/*
 * Sets the policy and the priority. Call this before the capabilities are lowered. Returns 0 or -1.
 */
int scheduling_apply(const struct scheduling *scheduling);

#endif
