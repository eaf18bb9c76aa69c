#include "scheduling.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"
#include "procfs.h"

enum { IOPRIO_WHO_PROCESS = 1 };

bool scheduling_read_cpus(const char *text, cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	for (;;) {
		char *end;
		unsigned long first, last;

		if (!isdigit((unsigned char)*text))
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		if (first > last || last >= CPU_SETSIZE)
			return false;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			CPU_SET(cpu, cpus);
		if (*end != ',')
			return !*end;
		text = end + 1;
	}
}

int scheduling_set_oom(const struct scheduling *scheduling, pid_t pid)
{
	char path[64], text[16];

	if (!scheduling->has_oom)
		return 0;
	snprintf(text, sizeof(text), "%d", scheduling->oom_score_adj);
	snprintf(path, sizeof(path), "%d/oom_score_adj", pid);
	return procfs_write(path, text);
}

int scheduling_set_cpus(const cpu_set_t *cpus)
{
	narrate("sched_setaffinity %d CPUs", CPU_COUNT(cpus));
	return sched_setaffinity(0, sizeof(*cpus), cpus) < 0 ? fail("sched_setaffinity") : 0;
}

void scheduling_reset_cpus(void)
{
	unsigned char all[8192]; /* more bits than any kernel has CPUs */

	memset(all, 0xff, sizeof(all));
	narrate("sched_setaffinity all CPUs");
	if (sched_setaffinity(0, sizeof(all), (const cpu_set_t *)all) < 0)
		narrate("sched_setaffinity: %s", strerror(errno));
}

int scheduling_apply(const struct scheduling *scheduling)
{
	if (scheduling->has_policy) {
		narrate("sched_setattr policy %u", scheduling->policy.policy);
		if (syscall(SYS_sched_setattr, 0, &scheduling->policy, 0) < 0)
			return fail("process.scheduler: sched_setattr");
	}
	if (scheduling->io_priority) {
		narrate("ioprio_set %#x", (unsigned int)scheduling->io_priority);
		if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, scheduling->io_priority) < 0)
			return fail("process.ioPriority: ioprio_set");
	}
	return 0;
}
