/* config.json: linux.resources, but for its devices. */
#include <stdio.h>
#include <string.h>

#include "config_parts.h"
#include "fail.h"

/* The limits of config.json that chapter 5 does not have. */
static const struct limit_row tcp_memory = { "memory.kmem.tcp.limit_in_bytes", AS_NUMBER, NULL, 0 };
static const struct limit_row oom_control = { "memory.oom_control", AS_NUMBER, NULL, 0 };
static const struct limit_row burst = { "cpu.cfs_burst_us", AS_NUMBER, "cpu.max.burst", AS_NUMBER };
static const struct limit_row real_time_period = { "cpu.rt_period_us", AS_NUMBER, NULL, 0 };
static const struct limit_row real_time = { "cpu.rt_runtime_us", AS_NUMBER, NULL, 0 };
static const struct limit_row idle = { "cpu.idle", AS_NUMBER, "cpu.idle", AS_NUMBER };
static const struct limit_row class_id = { "net_cls.classid", AS_NUMBER, NULL, 0 };

/* The limits that values are added to, and the object that they come from. */
struct target {
	const struct json *at;
	struct limits *limits;
};

static struct limit *check(const struct target *target, struct limit *added)
{
	if (!added)
		json_problem(target->at, "there is no memory for it");
	return added;
}

/* Adds a limit that has a row. Returns it, or NULL with a problem. */
static struct limit *add(const struct target *target, const char *field,
			 const struct limit_row *row, struct limit_value value)
{
	return check(
		target,
		limits_add(target->limits, config_text("linux.resources.%s", field), row, &value));
}

/*
 * Adds a limit whose files or texts depend on the configuration. Returns it, or NULL with a
 * problem.
 */
static struct limit *append(const struct target *target, const char *field, const char *v1,
			    char *v1_text, const char *v2, char *v2_text)
{
	const struct limit limit = { .name = config_text("linux.resources.%s", field),
				     .v1 = v1,
				     .v2 = v2,
				     .v1_text = v1_text,
				     .v2_text = v2_text };

	return check(target, limits_append(target->limits, limit));
}

/* Adds a limit for which 0 means that there is no such limit. */
static void add_number(const struct target *target, const char *field, const struct limit_row *row,
		       int64_t number)
{
	if (number)
		add(target, field, row, (struct limit_value){ .number = number });
}

/* Adds a limit for which 0 is the default of the kernel: then there need not be a file for it. */
static void add_optional(const struct target *target, const char *field,
			 const struct limit_row *row, int64_t number)
{
	struct limit *limit = add(target, field, row, (struct limit_value){ .number = number });

	if (limit)
		limit->is_optional = !number;
}

/* ---- memory ---- */

static void add_swap(const struct target *target, int64_t limit, int64_t swap)
{
	const struct limit_value value = { .number = swap, .memory = limit };
	struct json member = json_member(target->at, "swap");

	if (swap > 0 && swap < limit)
		json_problem(&member, "is memory and swap together: must not be below the limit");
	if (swap < 0 || limit > 0)
		add(target, "memory.swap", &limit_rows[LIMIT_SWAP], value);
	else /* v2 limits swap alone, which is not known here */
		append(target, "memory.swap without a limit", limit_rows[LIMIT_SWAP].v1,
		       config_text("%jd", swap), NULL, NULL);
}

static void read_swappiness(const struct target *target)
{
	struct json member = json_member(target->at, "swappiness");
	uint64_t swappiness = UINT64_MAX; /* -1: it is not set */

	json_get_unsigned(target->at, "swappiness", UINT64_MAX, &swappiness);
	if (swappiness == UINT64_MAX)
		return;
	if (swappiness > 100) /* the kernel takes up to 200, the specification does not */
		json_problem(&member, "must be from 0 to 100");
	add(target, "memory.swappiness", &limit_rows[LIMIT_SWAPPINESS],
	    (struct limit_value){ .number = (int64_t)swappiness });
}

static void read_memory(const struct json *resources, struct limits *to)
{
	struct json memory = json_member(resources, "memory");
	const struct target target = { &memory, to };
	int64_t limit = 0, reservation = 0, swap = 0, kernel = 0, tcp = 0;
	bool no_killer = false, hierarchical = true;

	json_get_number(&memory, "limit", -1, INT64_MAX, &limit);
	json_get_number(&memory, "reservation", -1, INT64_MAX, &reservation);
	json_get_number(&memory, "swap", -1, INT64_MAX, &swap);
	json_get_number(&memory, "kernel", -1, INT64_MAX, &kernel);
	json_get_number(&memory, "kernelTCP", -1, INT64_MAX, &tcp);
	json_get_bool(&memory, "useHierarchy", &hierarchical);
	json_get_bool(&memory, "checkBeforeUpdate", &to->check_memory);
	add_number(&target, "memory.limit", &limit_rows[LIMIT_MEMORY], limit);
	/*
	 * If memory has no limit, memory and swap together have none: they cannot be less than
	 * their part.
	 */
	if (swap || limit < 0)
		add_swap(&target, limit, swap ? swap : -1);
	add_number(&target, "memory.reservation", &limit_rows[LIMIT_LOW], reservation);
	if (!hierarchical)
		fail_warn("memory.useHierarchy: ignored, for since Linux 5.11 it is always true");
	if (kernel > 0)
		fail_warn("memory.kernel: ignored, for Linux counts it as memory, and has no limit "
			  "for it");
	add_number(&target, "memory.kernelTCP", &tcp_memory, tcp);
	read_swappiness(&target);
	if (json_get_bool(&memory, "disableOOMKiller", &no_killer))
		add_optional(&target, "memory.disableOOMKiller", &oom_control, no_killer);
}

/* ---- cpu ---- */

/* v2 has one file for both. A period by itself keeps the quota, which is the file's first word. */
static void add_quota(const struct target *target, int64_t quota, uint64_t period)
{
	if (period)
		append(target, "cpu.period", "cpu.cfs_period_us",
		       config_text("%ju", (uintmax_t)period), limit_rows[LIMIT_QUOTA].v2,
		       config_text("= %ju", (uintmax_t)period));
	if (quota)
		add(target, "cpu.quota", &limit_rows[LIMIT_QUOTA],
		    (struct limit_value){ .number = quota, .period = period });
}

static void read_list(const struct target *target, const char *key, const char *field,
		      const struct limit_row *row)
{
	const char *list = "";

	if (json_get_text(target->at, key, &list) && *list)
		add(target, field, row, (struct limit_value){ .list = list });
}

static void read_cpu(const struct json *resources, struct limits *to)
{
	struct json cpu = json_member(resources, "cpu");
	const struct target target = { &cpu, to };
	uint64_t shares = 0, period = 0, saved = 0, realtime_period = 0;
	int64_t quota = 0, is_idle = 0, realtime = 0;

	json_get_unsigned(&cpu, "shares", INT64_MAX, &shares);
	json_get_unsigned(&cpu, "period", INT64_MAX, &period);
	json_get_unsigned(&cpu, "realtimePeriod", INT64_MAX, &realtime_period);
	json_get_number(&cpu, "quota", -1, INT64_MAX, &quota);
	json_get_number(&cpu, "realtimeRuntime", INT64_MIN, INT64_MAX, &realtime);
	add_number(&target, "cpu.shares", &limit_rows[LIMIT_SHARES], (int64_t)shares);
	add_quota(&target, quota, period);
	if (json_get_unsigned(&cpu, "burst", INT64_MAX, &saved))
		add_optional(&target, "cpu.burst", &burst, (int64_t)saved);
	add_number(&target, "cpu.realtimePeriod", &real_time_period, (int64_t)realtime_period);
	add_number(&target, "cpu.realtimeRuntime", &real_time, realtime);
	if (json_get_number(&cpu, "idle", 0, 1, &is_idle))
		add_optional(&target, "cpu.idle", &idle, is_idle);
	read_list(&target, "cpus", "cpu.cpus", &limit_rows[LIMIT_CPUS]);
	read_list(&target, "mems", "cpu.mems", &limit_rows[LIMIT_MEMS]);
}

/* ---- pids, hugepageLimits, network, rdma, unified ---- */

static void read_pids(const struct json *resources, struct limits *to)
{
	struct json pids = json_member(resources, "pids");
	const struct target target = { &pids, to };
	int64_t limit = 0;

	/* 0 is a limit, since version 1.3 of the specification. */
	if (json_get_number(&pids, "limit", -1, INT64_MAX, &limit))
		add(&target, "pids.limit", &limit_rows[LIMIT_PIDS],
		    (struct limit_value){ .number = limit });
}

/* True for "2MB", the form in the names of the files. */
static bool is_page_size(const char *size)
{
	size_t digits = strspn(size, "0123456789");

	return digits && *size != '0' && size[digits] && strchr("KMG", size[digits]) &&
		strcmp(size + digits + 1, "B") == 0;
}

static void read_huge_pages(const struct json *resources, struct limits *to)
{
	struct json list = json_member(resources, "hugepageLimits");

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		struct json size_member = json_member(&element, "pageSize");
		const struct target target = { &element, to };
		struct limit *reserved;
		const char *size;
		uint64_t limit = 0;

		json_need_unsigned(&element, "limit", UINT64_MAX, &limit);
		if (!json_need_text(&element, "pageSize", &size))
			continue;
		if (!is_page_size(size))
			json_problem(&size_member, "must be a size, as in \"2MB\"");
		append(&target, "hugepageLimits", config_text("hugetlb.%s.limit_in_bytes", size),
		       config_text("%ju", (uintmax_t)limit), config_text("hugetlb.%s.max", size),
		       config_text("%ju", (uintmax_t)limit));
		/* Pages that are reserved count as well, where the kernel can (since Linux 5.7). */
		reserved = append(&target, "hugepageLimits",
				  config_text("hugetlb.%s.rsvd.limit_in_bytes", size),
				  config_text("%ju", (uintmax_t)limit),
				  config_text("hugetlb.%s.rsvd.max", size),
				  config_text("%ju", (uintmax_t)limit));
		if (reserved)
			reserved->is_optional = true;
	}
}

static void read_network(const struct json *resources, struct limits *to)
{
	struct json network = json_member(resources, "network");
	struct json list = json_member(&network, "priorities");
	const struct target target = { &network, to };
	uint64_t class = 0;

	/*
	 * 0 means no class. A new cgroup begins with the class of its parent. Without a file for
	 * it, packets have none.
	 */
	if (json_get_unsigned(&network, "classID", UINT32_MAX, &class))
		add_optional(&target, "network.classID", &class_id, (int64_t) class);
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		const char *name;
		uint64_t priority = 0;

		json_need_unsigned(&element, "priority", UINT32_MAX, &priority);
		if (json_need_text(&element, "name", &name))
			append(&target, "network.priorities", "net_prio.ifpriomap",
			       config_text("%s %ju", name, (uintmax_t)priority), NULL, NULL);
	}
}

static void read_rdma(const struct json *resources, struct limits *to)
{
	struct json rdma = json_member(resources, "rdma");
	json_t *members = json_members(&rdma), *value;
	const char *name;

	json_object_foreach(members, name, value)
	{
		struct json device = json_entry(&rdma, name);
		const struct target target = { &device, to };
		uint64_t handles = UINT32_MAX, objects = UINT32_MAX;
		char handle_text[32] = "", object_text[32] = "", *text;

		if (json_get_unsigned(&device, "hcaHandles", UINT32_MAX, &handles))
			snprintf(handle_text, sizeof(handle_text), " hca_handle=%ju",
				 (uintmax_t)handles);
		if (json_get_unsigned(&device, "hcaObjects", UINT32_MAX, &objects))
			snprintf(object_text, sizeof(object_text), " hca_object=%ju",
				 (uintmax_t)objects);
		if (!*handle_text && !*object_text)
			json_problem(&device, "needs hcaHandles or hcaObjects");
		text = config_text("%s%s%s", name, handle_text, object_text);
		append(&target, "rdma", "rdma.max", text, "rdma.max", text);
	}
}

/* Limits of v2 by the names of their files. */
static void read_unified(const struct json *resources, struct limits *to)
{
	struct json unified = json_member(resources, "unified");
	json_t *members = json_members(&unified), *value;
	const char *name;

	json_object_foreach(members, name, value)
	{
		struct json member = json_entry(&unified, name);
		const struct target target = { &member, to };
		const char *text = json_text(&member);

		if (strchr(name, '/') || !strchr(name, '.'))
			json_problem(&member,
				     "the specified key has not the form CONTROLLER.VALUE `%s`",
				     name);
		if (text)
			append(&target, config_text("unified.%s", name), NULL, NULL, name,
			       strdup(text));
	}
}

void config_resources(const struct json *resources, struct limits *to)
{
	*to = (struct limits){ 0 };
	read_memory(resources, to);
	read_cpu(resources, to);
	read_pids(resources, to);
	config_block_io(resources, to);
	read_huge_pages(resources, to);
	read_network(resources, to);
	read_rdma(resources, to);
	read_unified(resources, to);
}
