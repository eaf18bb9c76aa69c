/* resources.h: why a limit was refused, with the numbers that conflict with it. */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "resources.h"

/*
 * A file, the error of write(2), and another file, whose content is the reason. The message has
 * `before`, the value, `between`, the content of the other file, and `after`.
 */
static const struct {
	const char *file;
	int error;
	const char *before, *between, *other, *after;
} reasons[] = {
	{ "memory.limit_in_bytes", EBUSY, "the limit of",
	  "bytes is too low:", "memory.usage_in_bytes", "bytes are in use" },
	{ "memory.limit_in_bytes", EINVAL, "the limit of",
	  "bytes is above memory and swap together,", "memory.memsw.limit_in_bytes", "bytes" },
	{ "memory.memsw.limit_in_bytes", EBUSY, "the limit of", "bytes is too low:",
	  "memory.memsw.usage_in_bytes", "bytes of memory and swap are in use" },
	{ "memory.memsw.limit_in_bytes", EINVAL, "is memory and swap together, and its limit of",
	  "bytes is below that of memory,", "memory.limit_in_bytes", "bytes" },
	{ "cpu.max.burst", EINVAL, "a burst of", "us is above the quota; cpu.max is", "cpu.max",
	  "" },
	{ "cpu.cfs_burst_us", EINVAL, "a burst of", "us is above the quota of", "cpu.cfs_quota_us",
	  "us" },
	{ "cpu.cfs_quota_us", EINVAL, "a quota of", "us is too short, or below the burst of",
	  "cpu.cfs_burst_us", "us" },
	{ "cpu.weight", EINVAL, "a weight of", "cannot be set while cpu.idle is", "cpu.idle", "" },
	{ "cpu.shares", EINVAL, "shares of", "cannot be set while cpu.idle is", "cpu.idle", "" },
};

int resources_explain(const struct limit *limit, const struct resource_place *place,
		      const char *text)
{
	int error = errno;

	if (strcmp(place->file, "pids.max") == 0 && error == EINVAL)
		return fail_input("%s: pids.max is \"max\" or from 0 on, below what the kernel "
				  "can count, and not %s",
				  limit->name, text);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		autofree char *now = NULL;

		if (strcmp(reasons[i].file, place->file) != 0 || reasons[i].error != error)
			continue;
		now = file_read_at(place->hierarchy->directory, reasons[i].other);
		if (!now || (strcmp(reasons[i].other, "cpu.idle") == 0 && *now != '1'))
			continue;
		now[strcspn(now, "\n")] = '\0';
		return fail_input("%s: %s %s %s %s %s", limit->name, reasons[i].before, text,
				  reasons[i].between, now, reasons[i].after);
	}
	errno = error;
	return fail("write %s %s (%s)", place->file, text, limit->name);
}

void resources_explain_kill(const struct limits *limits, const struct cgroup *cgroup)
{
	struct cgroup_usage usage;

	cgroup_count(cgroup, &usage);
	if (!usage.killed || usage.killed == CGROUP_UNKNOWN)
		return;
	for (size_t i = 0; i < limits->count; i++) {
		const struct limit *limit = &limits->list[i];
		struct resource_place place;

		if (!resources_find(limit, cgroup, &place) ||
		    (strcmp(place.file, "memory.max") != 0 &&
		     strcmp(place.file, "memory.limit_in_bytes") != 0))
			continue;
		fail_forget();
		fail_input(
			"%s: the limit of %.*s bytes is too low to start a process: the kernel has "
			"killed the first one: %ju bytes are in use",
			limit->name, (int)place.length, place.text,
			(uintmax_t)(usage.memory_peak == CGROUP_UNKNOWN ? 0 : usage.memory_peak));
		return;
	}
}
