#include <errno.h>
#include <stdio.h>

#include "cgroup_version.h"

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

void cgroup_report(const struct cgroup *cgroup)
{
	static const char no_controller[] = "no controller here counts it";
	static const char no_rate[] = "no controller, or v1, which counts devices with a rate only";
	struct cgroup_usage usage;

	if (!cgroup->memory && !cgroup->stats)
		return;
	cgroup_count(cgroup, &usage);
	if (usage.killed != CGROUP_UNKNOWN && usage.killed > 0)
		fprintf(stderr, "%s: the kernel killed %ju process%s for memory\n",
			program_invocation_short_name, (uintmax_t)usage.killed,
			usage.killed > 1 ? "es" : "");
	if (!cgroup->stats)
		return;
	print("memory peak", usage.memory_peak, "bytes",
	      "no controller, or Linux older than 5.19, counts it");
	print("CPU time", usage.cpu, "us", no_controller);
	print("  user", usage.cpu_user, "us", no_controller);
	print("  system", usage.cpu_system, "us", no_controller);
	print("processes", usage.pids_peak, "at most",
	      "no controller, or Linux older than 6.1, counts it");
	print("block read", usage.bytes_read, "bytes", no_rate);
	print("block written", usage.bytes_written, "bytes", no_rate);
}
