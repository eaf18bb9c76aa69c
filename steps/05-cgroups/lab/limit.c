#include "limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cgroup_file.h"
#include "cleanup.h"
#include "fail.h"
#include "weight.h"

const struct limit_row limit_rows[LIMIT_ROWS] = {
	/* v1: file and form; v2: file and form */
	/*
	 * TODO 5: LIMIT_MEMORY, v1: memory.limit_in_bytes, a number; v2: memory.max, a number or
	 * "max". LIMIT_SWAP, v1: memory.memsw.limit_in_bytes, a number, which is memory and swap
	 * together; v2: memory.swap.max, AS_SWAP.
	 */
	[LIMIT_LOW] = { "memory.soft_limit_in_bytes", AS_NUMBER, "memory.low", AS_LOW },
	[LIMIT_SWAPPINESS] = { "memory.swappiness", AS_NUMBER, NULL, AS_NUMBER },
	[LIMIT_SHARES] = { "cpu.shares", AS_SHARES, "cpu.weight", AS_WEIGHT },
	/* TODO 6: LIMIT_QUOTA, v1: cpu.cfs_quota_us, a number; v2: cpu.max, AS_QUOTA. */
	/*
	 * TODO 7: LIMIT_CPUS, LIMIT_MEMS, LIMIT_PIDS: cpuset.cpus and cpuset.mems, which are lists,
	 * and pids.max, a number or "max"; all three have the same names in both versions.
	 */
	[LIMIT_RBPS] = { "blkio.throttle.read_bps_device", AS_RATE, "io.max", AS_RBPS },
	[LIMIT_WBPS] = { "blkio.throttle.write_bps_device", AS_RATE, "io.max", AS_WBPS },
	[LIMIT_RIOPS] = { "blkio.throttle.read_iops_device", AS_RATE, "io.max", AS_RIOPS },
	[LIMIT_WIOPS] = { "blkio.throttle.write_iops_device", AS_RATE, "io.max", AS_WIOPS },
};

/* ---- How a value is written ---- */

static char *format_number(int64_t number, const char *no_limit)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)number);
	return strdup(number < 0 && no_limit ? no_limit : text);
}

static char *format_quota(int64_t quota, uint64_t period)
{
	autofree char *text = format_number(quota, "max");
	char *both = NULL;

	if (!text || !period)
		return text ? strdup(text) : NULL;
	return asprintf(&both, "%s %ju", text, (uintmax_t)period) < 0 ? NULL : both;
}

/* A line is "8:0 rbps=600" in v2. In v1 each kind of rate has a file of its own, and no key. */
static char *format_rate(const struct limit_value *value, const char *key)
{
	uintmax_t rate = (uintmax_t)value->number;
	char number[32] = "max";
	char *text = NULL;

	if (rate || !*key)
		snprintf(number, sizeof(number), "%ju", rate);
	if (asprintf(&text, "%u:%u %s%s", major(value->device), minor(value->device), key, number) <
	    0)
		return NULL;
	return text;
}

/* Returns the text, which the caller frees, or NULL: there is no memory. */
static char *format(enum limit_form form, const struct limit_value *value)
{
	switch (form) {
	case AS_NUMBER:
	case AS_SHARES:
		return format_number(value->number, NULL);
	case AS_MAX:
	case AS_LOW:
		return format_number(value->number, "max");
	case AS_SWAP:
		/*
		 * TODO 8: the number is memory and swap together, and v2 wants swap alone: leave
		 * out value->memory. A number below 0 means no limit, and stays: "max".
		 */
		return format_number(value->number, "max");
	case AS_WEIGHT:
		return format_number((int64_t)cgroup_weight((uint64_t)value->number), NULL);
	case AS_QUOTA:
		return format_quota(value->number, value->period);
	case AS_LIST:
		return strdup(value->list);
	case AS_RATE:
		return format_rate(value, "");
	case AS_RBPS:
		return format_rate(value, "rbps=");
	case AS_WBPS:
		return format_rate(value, "wbps=");
	case AS_RIOPS:
		return format_rate(value, "riops=");
	case AS_WIOPS:
		return format_rate(value, "wiops=");
	}
	return NULL;
}

/* ---- The list ---- */

/* Returns the set with the controller of a file: that of "cpu.max" is cpu. */
static unsigned int find_controllers(int version, const char *file)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
	return hierarchy_controllers(version, name);
}

struct limit *limits_append(struct limits *limits, struct limit limit)
{
	struct limit *grown = reallocarray(limits->list, limits->count + 1, sizeof(*grown));

	if (grown)
		limits->list = grown;
	if (!limit.v1 && !limit.v2) {
		fail_input("%s: its row in the table has no file", limit.name);
		return NULL;
	}
	if (!grown || (limit.v1 && !limit.v1_text) || (limit.v2 && !limit.v2_text)) {
		fail_input("%s: there is no memory for it", limit.name);
		return NULL;
	}
	limit.controllers =
		limit.v1 ? find_controllers(1, limit.v1) : find_controllers(2, limit.v2);
	grown[limits->count] = limit;
	return &grown[limits->count++];
}

struct limit *limits_add(struct limits *limits, const char *name, const struct limit_row *row,
			 const struct limit_value *value)
{
	const struct limit limit = {
		.name = name,
		.row = row,
		.number = value->number,
		.v1 = row->v1,
		.v2 = row->v2,
		.v1_text = row->v1 ? format(row->v1_form, value) : NULL,
		.v2_text = row->v2 ? format(row->v2_form, value) : NULL,
	};

	return limits_append(limits, limit);
}

struct limit *limits_find(const struct limits *limits, const struct limit_row *row)
{
	for (size_t i = 0; i < limits->count; i++)
		if (limits->list[i].row == row)
			return &limits->list[i];
	return NULL;
}

void limits_remove(struct limits *limits, const struct limit_row *row)
{
	struct limit *limit = limits_find(limits, row);

	if (!limit)
		return;
	free(limit->v1_text);
	free(limit->v2_text);
	*limit = limits->list[--limits->count];
}

unsigned int limits_controllers(const struct limits *limits)
{
	unsigned int set = 0;

	for (size_t i = 0; i < limits->count; i++)
		set |= limits->list[i].controllers;
	return set;
}

/* ---- Writing ---- */

/* When a list names CPUs that this cgroup cannot have, v2 leaves them out and reports no error. */
static int check_list(int directory, const char *name)
{
	autofree char *wanted = cgroup_read(directory, name), *effective = NULL;
	char effective_name[64];

	snprintf(effective_name, sizeof(effective_name), "%s.effective", name);
	effective = cgroup_read(directory, effective_name);
	if (!wanted || !effective)
		return -1;
	wanted[strcspn(wanted, "\n")] = effective[strcspn(effective, "\n")] = '\0';
	if (*wanted && strcmp(wanted, effective) != 0)
		return fail_input("%s %s: of these, %s can be had", name, wanted, effective);
	return 0;
}

static int write_to(int directory, const char *file, enum limit_form form, const char *text)
{
	char outer[64];

	snprintf(outer, sizeof(outer), "../%s", file);
	if (form >= AS_LOW && cgroup_write(directory, outer, "%s", text) < 0)
		return -1;
	return cgroup_write(directory, file, "%s", text);
}

static int write_limit(const struct limit *limit, const struct hierarchy *hierarchy)
{
	const struct limit_row *row = limit->row;
	int directory = hierarchy->directory;
	bool is_v1 = hierarchy->version == 1;

	if (limit->is_optional && !cgroup_has(directory, is_v1 ? row->v1 : row->v2))
		return 0;
	if (is_v1)
		return write_to(directory, row->v1, row->v1_form, limit->v1_text);
	if (!row->v2)
		return fail_input("%s: cgroup v2 has none; memory-swap limits swap", limit->name);
	if (write_to(directory, row->v2, row->v2_form, limit->v2_text) < 0)
		return -1;
	return row->v2_form == AS_LIST ? check_list(directory, row->v2) : 0;
}

int limits_write(const struct limits *limits, const struct hierarchy *hierarchy)
{
	for (size_t i = 0; i < limits->count; i++)
		if (hierarchy->controllers & limits->list[i].controllers &&
		    write_limit(&limits->list[i], hierarchy) < 0)
			return -1;
	return 0;
}
