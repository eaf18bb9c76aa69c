#include <errno.h>
#include <stdio.h>

#include "cgroup_version.h"
#include "fail.h"

void cgroup_count(const struct cgroup *cgroup, struct cgroup_usage *usage)
{
	*usage = (struct cgroup_usage){
		.memory_peak = CGROUP_UNKNOWN,
		.killed = CGROUP_UNKNOWN,
		.cpu = CGROUP_UNKNOWN,
		.cpu_user = CGROUP_UNKNOWN,
		.cpu_system = CGROUP_UNKNOWN,
		.pids_peak = CGROUP_UNKNOWN,
		.bytes_read = CGROUP_UNKNOWN,
		.bytes_written = CGROUP_UNKNOWN,
	};
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory >= 0)
			version_of(hierarchy)->count(hierarchy, usage);
	}
}

/* Prints "NAME NUMBER UNIT", or why there is no number. */
static void print(const char *name, uintmax_t number, const char *unit, const char *unknown)
{
	if (number == CGROUP_UNKNOWN)
		fprintf(stderr, "%-14s unknown: %s\n", name, unknown);
	else
		fprintf(stderr, "%-14s %ju %s\n", name, number, unit);
}

/* Returns 0, or -1: the kernel has killed the process that was to execute the command. */
static int report_killed(const struct cgroup *cgroup, const struct cgroup_usage *usage,
			 bool is_executed)
{
	const struct limit *memory = limits_find(&cgroup->limits, &limit_rows[LIMIT_MEMORY]);
	uint64_t peak = usage->memory_peak == CGROUP_UNKNOWN ? 0 : usage->memory_peak;

	if (usage->killed == CGROUP_UNKNOWN || usage->killed == 0)
		return 0;
	if (memory && !is_executed)
		return fail_input("memory: the limit of %ju bytes is too low to start the command: "
				  "the kernel has killed the first process: %ju bytes are in use",
				  (uintmax_t)memory->number, (uintmax_t)peak);
	fprintf(stderr, "%s: the kernel killed %ju process%s for memory\n",
		program_invocation_short_name, (uintmax_t)usage->killed,
		usage->killed > 1 ? "es" : "");
	return 0;
}

int cgroup_report(const struct cgroup *cgroup, bool is_executed)
{
	static const char no_controller[] = "no controller here counts it";
	static const char no_rate[] = "no controller, or v1, which counts devices with a rate only";
	struct cgroup_usage usage;
	int result;

	if (!limits_find(&cgroup->limits, &limit_rows[LIMIT_MEMORY]) && !cgroup->stats)
		return 0;
	cgroup_count(cgroup, &usage);
	result = report_killed(cgroup, &usage, is_executed);
	if (!cgroup->stats)
		return result;
	print("memory peak", usage.memory_peak, "bytes",
	      "no controller, or Linux older than 5.19, counts it");
	print("CPU time", usage.cpu, "us", no_controller);
	print("  user", usage.cpu_user, "us", no_controller);
	print("  system", usage.cpu_system, "us", no_controller);
	print("processes", usage.pids_peak, "at most",
	      "no controller, or Linux older than 6.1, counts it");
	print("block read", usage.bytes_read, "bytes", no_rate);
	print("block written", usage.bytes_written, "bytes", no_rate);
	return result;
}
