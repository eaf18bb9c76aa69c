/* config.json: linux.resources, but for its devices. Zero means that a field is not set. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_version.h"
#include "config_parts.h"
#include "fail.h"

/* Where the value at `at` goes to, in both versions; the texts are formatted later. */
struct target {
	const struct json *at;
	struct resources *resources;
};

__attribute__((format(printf, 1, 2))) static char *text_of(const char *text, ...)
{
	va_list arguments;
	char *formatted;

	va_start(arguments, text);
	if (vasprintf(&formatted, text, arguments) < 0)
		formatted = NULL;
	va_end(arguments);
	return formatted;
}

static void add(const struct target *target, const char *field, enum controller controller,
		const char *v1, char *v1_text, const char *v2, char *v2_text)
{
	const struct resource resource = { field, controller, v1, v2, v1_text, v2_text };

	if ((v1 && !v1_text) || (v2 && !v2_text) || resources_add(target->resources, resource) < 0)
		json_problem(target->at, "there is no memory for it");
}

/* A number that is written as it is; below 0 there is no limit. */
static void add_number(const struct target *target, const char *field, enum controller controller,
		       const char *v1, const char *v2, int64_t number)
{
	if (number)
		add(target, field, controller, v1, v1 ? text_of("%jd", number) : NULL, v2,
		    v2 ? (number < 0 ? text_of("max") : text_of("%jd", number)) : NULL);
}

/* ---- memory ---- */

/* v1 counts memory and swap together, v2 swap alone. */
static void add_swap(const struct target *target, int64_t limit, int64_t swap)
{
	struct json member = json_member(target->at, "swap");
	char *v2;

	if (!swap && limit < 0)
		swap = -1; /* what is not limited together cannot be less than its part */
	if (!swap)
		return;
	if (swap > 0 && swap < limit)
		json_problem(&member, "is memory and swap together: must not be below the limit");
	if (swap > 0 && limit <= 0) {
		add(target, "memory.swap without a limit", CONTROLLER_MEMORY,
		    "memory.memsw.limit_in_bytes", text_of("%jd", swap), NULL, NULL);
		return;
	}
	v2 = swap < 0 ? text_of("max") : text_of("%jd", swap - limit);
	add(target, "memory.swap", CONTROLLER_MEMORY, "memory.memsw.limit_in_bytes",
	    text_of("%jd", swap), "memory.swap.max", v2);
}

static void read_swappiness(const struct target *target)
{
	struct json member = json_member(target->at, "swappiness");
	uint64_t swappiness = UINT64_MAX; /* which is -1, and says that it is not set */

	json_get_unsigned(target->at, "swappiness", UINT64_MAX, &swappiness);
	if (swappiness == UINT64_MAX)
		return;
	if (swappiness > 200)
		json_problem(&member, "must be at most 200");
	add(target, "memory.swappiness", CONTROLLER_MEMORY, "memory.swappiness",
	    text_of("%ju", (uintmax_t)swappiness), NULL, NULL);
}

static void read_memory(const struct json *resources, struct resources *to)
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
	json_get_bool(&memory, "disableOOMKiller", &no_killer);
	json_get_bool(&memory, "useHierarchy",
		      &hierarchical); /* it is always so since Linux 5.11 */
	json_get_bool(&memory, "checkBeforeUpdate", &to->check_memory);
	add_number(&target, "memory.limit", CONTROLLER_MEMORY, "memory.limit_in_bytes",
		   "memory.max", limit);
	add_swap(&target, limit, swap);
	add_number(&target, "memory.reservation", CONTROLLER_MEMORY, "memory.soft_limit_in_bytes",
		   "memory.low", reservation);
	if (kernel > 0)
		fail_warn("memory.kernel: ignored, for Linux counts it as memory, and has no limit "
			  "for it");
	add_number(&target, "memory.kernelTCP", CONTROLLER_MEMORY, "memory.kmem.tcp.limit_in_bytes",
		   NULL, tcp);
	read_swappiness(&target);
	add_number(&target, "memory.disableOOMKiller", CONTROLLER_MEMORY, "memory.oom_control",
		   NULL, no_killer);
}

/* ---- cpu ---- */

/* On v2 a quota is written together with the period; without one, that stays as it is. */
static void add_quota(const struct target *target, int64_t quota, uint64_t period)
{
	char length[32] = "";

	if (period) {
		snprintf(length, sizeof(length), " %ju", (uintmax_t)period);
		add(target, "cpu.period", CONTROLLER_CPU, "cpu.cfs_period_us",
		    text_of("%s", length + 1), "cpu.max", text_of("=%s", length));
	}
	if (quota)
		add(target, "cpu.quota", CONTROLLER_CPU, "cpu.cfs_quota_us", text_of("%jd", quota),
		    "cpu.max",
		    quota < 0 ? text_of("max%s", length) : text_of("%jd%s", quota, length));
}

static void read_list(const struct target *target, const char *key, const char *field,
		      const char *file)
{
	const char *list = "";

	if (json_get_text(target->at, key, &list) && *list)
		add(target, field, CONTROLLER_CPUSET, file, strdup(list), file, strdup(list));
}

static void read_cpu(const struct json *resources, struct resources *to)
{
	struct json cpu = json_member(resources, "cpu");
	const struct target target = { &cpu, to };
	uint64_t shares = 0, period = 0, burst = 0, realtime_period = 0;
	int64_t quota = 0, idle = 0, realtime = 0;

	json_get_unsigned(&cpu, "shares", INT64_MAX, &shares);
	json_get_unsigned(&cpu, "period", INT64_MAX, &period);
	json_get_unsigned(&cpu, "burst", INT64_MAX, &burst);
	json_get_unsigned(&cpu, "realtimePeriod", INT64_MAX, &realtime_period);
	json_get_number(&cpu, "quota", -1, INT64_MAX, &quota);
	json_get_number(&cpu, "realtimeRuntime", INT64_MIN, INT64_MAX, &realtime);
	if (shares)
		add(&target, "cpu.shares", CONTROLLER_CPU, "cpu.shares",
		    text_of("%ju", (uintmax_t)shares), "cpu.weight",
		    text_of("%ju", (uintmax_t)cgroup_weight(shares)));
	add_quota(&target, quota, period);
	add_number(&target, "cpu.burst", CONTROLLER_CPU, "cpu.cfs_burst_us", "cpu.max.burst",
		   (int64_t)burst);
	add_number(&target, "cpu.realtimePeriod", CONTROLLER_CPU, "cpu.rt_period_us", NULL,
		   (int64_t)realtime_period);
	add_number(&target, "cpu.realtimeRuntime", CONTROLLER_CPU, "cpu.rt_runtime_us", NULL,
		   realtime);
	if (json_get_number(&cpu, "idle", 0, 1, &idle))
		add(&target, "cpu.idle", CONTROLLER_CPU, "cpu.idle", text_of("%jd", idle),
		    "cpu.idle", text_of("%jd", idle));
	read_list(&target, "cpus", "cpu.cpus", "cpuset.cpus");
	read_list(&target, "mems", "cpu.mems", "cpuset.mems");
}

/* ---- pids, hugepageLimits, network, rdma, unified ---- */

static void read_pids(const struct json *resources, struct resources *to)
{
	struct json pids = json_member(resources, "pids");
	const struct target target = { &pids, to };
	int64_t limit = 0;

	json_get_number(&pids, "limit", INT64_MIN, INT64_MAX, &limit);
	if (limit < 0)
		add(&target, "pids.limit", CONTROLLER_PIDS, "pids.max", text_of("max"), "pids.max",
		    text_of("max"));
	else
		add_number(&target, "pids.limit", CONTROLLER_PIDS, "pids.max", "pids.max", limit);
}

/* "2MB", as in the names of the files. */
static bool is_page_size(const char *size)
{
	size_t digits = strspn(size, "0123456789");

	return digits && *size != '0' && size[digits] && strchr("KMG", size[digits]) &&
		strcmp(size + digits + 1, "B") == 0;
}

static void read_huge_pages(const struct json *resources, struct resources *to)
{
	struct json list = json_member(resources, "hugepageLimits");

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		struct json size_member = json_member(&element, "pageSize");
		const struct target target = { &element, to };
		const char *size;
		uint64_t limit = 0;

		json_need_unsigned(&element, "limit", UINT64_MAX, &limit);
		if (!json_need_text(&element, "pageSize", &size))
			continue;
		if (!is_page_size(size))
			json_problem(&size_member, "must be a size, as in \"2MB\"");
		add(&target, "hugepageLimits", CONTROLLER_HUGETLB,
		    text_of("hugetlb.%s.limit_in_bytes", size), text_of("%ju", (uintmax_t)limit),
		    text_of("hugetlb.%s.max", size), text_of("%ju", (uintmax_t)limit));
	}
}

static void read_network(const struct json *resources, struct resources *to)
{
	struct json network = json_member(resources, "network");
	struct json list = json_member(&network, "priorities");
	const struct target target = { &network, to };
	uint64_t class = 0;

	json_get_unsigned(&network, "classID", UINT32_MAX, &class);
	add_number(&target, "network.classID", CONTROLLER_NET_CLS, "net_cls.classid", NULL,
		   (int64_t) class);
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		const char *name;
		uint64_t priority = 0;

		json_need_unsigned(&element, "priority", UINT32_MAX, &priority);
		if (json_need_text(&element, "name", &name))
			add(&target, "network.priorities", CONTROLLER_NET_PRIO,
			    "net_prio.ifpriomap", text_of("%s %ju", name, (uintmax_t)priority),
			    NULL, NULL);
	}
}

static void read_rdma(const struct json *resources, struct resources *to)
{
	struct json rdma = json_member(resources, "rdma");
	json_t *members = json_members(&rdma), *value;
	const char *name;

	json_object_foreach(members, name, value)
	{
		struct json device = json_member(&rdma, name);
		const struct target target = { &device, to };
		uint64_t handles = UINT32_MAX, objects = UINT32_MAX;
		char handle_text[32] = "", object_text[32] = "", *text;

		if (json_get_unsigned(&device, "hcaHandles", UINT32_MAX, &handles))
			snprintf(handle_text, sizeof(handle_text), " hca_handle=%ju",
				 (uintmax_t)handles);
		if (json_get_unsigned(&device, "hcaObjects", UINT32_MAX, &objects))
			snprintf(object_text, sizeof(object_text), " hca_object=%ju",
				 (uintmax_t)objects);
		text = text_of("%s%s%s", name, handle_text, object_text);
		add(&target, "rdma", CONTROLLER_RDMA, "rdma.max", text, "rdma.max", text);
	}
}

/* Files of v2 by their own names. */
static void read_unified(const struct json *resources, struct resources *to)
{
	struct json unified = json_member(resources, "unified");
	json_t *members = json_members(&unified), *value;
	const char *name;

	json_object_foreach(members, name, value)
	{
		struct json member = json_member(&unified, name);
		const struct target target = { &member, to };
		const char *text = json_text(&member);
		char controller[64];

		if (strchr(name, '/') || !strchr(name, '.'))
			json_problem(&member,
				     "the specified key has not the form CONTROLLER.VALUE `%s`",
				     name);
		snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(name, "."), name);
		if (text)
			add(&target, text_of("unified.%s", name), CONTROLLERS, NULL, NULL, name,
			    strdup(text));
		to->unified |= hierarchy_controllers(2, controller);
	}
}

void config_resources(const struct json *resources, struct resources *to)
{
	*to = (struct resources){ 0 };
	read_memory(resources, to);
	read_cpu(resources, to);
	read_pids(resources, to);
	config_block_io(resources, to);
	read_huge_pages(resources, to);
	read_network(resources, to);
	read_rdma(resources, to);
	read_unified(resources, to);
}
