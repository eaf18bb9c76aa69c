#include <jansson.h>
#include <string.h>

#include "cgroup_path.h"
#include "config.h"
#include "fail.h"
#include "rdt_update.h"
#include "lifecycle.h"
#include "resources.h"
#include "state.h"
#include "verbs.h"

enum { TEXTS = 2, NUMBERS = 14 };

/* The value of an option that was not given: 0 is a value. */
#define NOT_GIVEN INT64_MIN

/* An option, and the field `group.name` of linux.resources that it sets. */
struct field {
	const char *option, *argument, *group, *name;
	enum verb_value kind;
	const char *help;
};

static const struct field fields[TEXTS + NUMBERS] = {
	{ "cpuset-cpus", "CPUS", "cpu", "cpus", VALUE_TEXT, "The processors: 0-2,7" },
	{ "cpuset-mems", "NODES", "cpu", "mems", VALUE_TEXT, "The memory nodes: 0-1" },
	{ "memory", "BYTES", "memory", "limit", VALUE_BYTES, "The limit of memory" },
	{ "memory-swap", "BYTES", "memory", "swap", VALUE_BYTES,
	  "The limit of memory and swap together; -1: none" },
	{ "memory-reservation", "BYTES", "memory", "reservation", VALUE_BYTES,
	  "Memory that is taken away last" },
	{ "cpu-quota", "US", "cpu", "quota", VALUE_NUMBER, "CPU time in each period" },
	{ "cpu-period", "US", "cpu", "period", VALUE_NUMBER, "The period's length" },
	{ "cpu-share", "NUMBER", "cpu", "shares", VALUE_NUMBER, "The weight; others have 1024" },
	{ "cpu-burst", "US", "cpu", "burst", VALUE_NUMBER, "Unused CPU time that may be saved" },
	{ "cpu-idle", "NUMBER", "cpu", "idle", VALUE_NUMBER, "1: run only on idle processors" },
	{ "cpu-rt-period", "US", "cpu", "realtimePeriod", VALUE_NUMBER,
	  "The period of real-time processes (v1)" },
	{ "cpu-rt-runtime", "US", "cpu", "realtimeRuntime", VALUE_NUMBER,
	  "Their CPU time in each period (v1)" },
	{ "pids-limit", "NUMBER", "pids", "limit", VALUE_NUMBER,
	  "The limit of processes; -1: none" },
	{ "blkio-weight", "NUMBER", "blockIO", "weight", VALUE_NUMBER,
	  "The weight for disks, 10 to 1000" },
	{ "kernel-memory", "BYTES", "memory", "kernel", VALUE_BYTES, "Ignored, with a warning" },
	{ "kernel-memory-tcp", "BYTES", "memory", "kernelTCP", VALUE_BYTES,
	  "The limit of TCP's buffers (v1)" },
};

struct values {
	const char *texts[TEXTS];
	int64_t numbers[NUMBERS];
};

/* Returns the object that a file of --resources would have, made of the options that were given. */
static json_t *make_object(const struct values *values)
{
	json_t *object = json_object();

	for (size_t i = 0; i < TEXTS + NUMBERS; i++) {
		const struct field *field = &fields[i];
		bool is_text = i < TEXTS;

		if (is_text ? !values->texts[i] : values->numbers[i - TEXTS] == NOT_GIVEN)
			continue;
		if (!json_object_get(object, field->group))
			json_object_set_new(object, field->group, json_object());
		json_object_set_new(json_object_get(object, field->group), field->name,
				    is_text ? json_string(values->texts[i])
					    : json_integer(values->numbers[i - TEXTS]));
	}
	return object;
}

/* Engines give 0 for a limit that is not set. A user may have meant a limit of 0, so warn. */
static void warn_of_zeroes(const struct values *values)
{
	static const char *const limits[] = { "cpu-burst", "cpu-idle", "pids-limit" };

	for (size_t i = 0; i < NUMBERS; i++) {
		bool is_limit = false;

		for (size_t j = 0; j < sizeof(limits) / sizeof(limits[0]); j++)
			is_limit |= strcmp(fields[TEXTS + i].option, limits[j]) == 0;
		if (values->numbers[i] == 0 && !is_limit)
			fail_warn("update --%s 0: changes nothing; 0 says that it is not set",
				  fields[TEXTS + i].option);
	}
}

/* Sets the limits of the resctrl class and of the cgroup: both, or neither. */
static int limit(struct state *state, struct limits *limits, const struct rdt *rdt,
		 const struct cgroup *cgroup)
{
	struct rdt_update update;

	if (rdt_update(state, rdt, &update) < 0)
		return -1;
	if (lifecycle_limit(state, limits, cgroup) == 0)
		return 0;
	rdt_update_undo(state, &update);
	return -1;
}

static int apply(const struct runtime *runtime, const char *id, struct limits *limits,
		 const struct rdt *rdt)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (state_open(&state, runtime->root, id, true) != 0)
		return -1;
	if (state_require(&state, ~(1U << STATUS_STOPPED), "update") < 0)
		return -1;
	if (state_find_cgroup(&state) < 0)
		return -1;
	if (cgroup_path_open(cgroup, state.cgroup, &state.directories) < 0)
		return -1;
	return limit(&state, limits, rdt, cgroup);
}

static int update(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *file = NULL, *l3 = NULL, *bandwidth = NULL;
	const struct verb_option others[] = {
		{ "resources", 'r', "FILE", VALUE_TEXT, &file,
		  "Read all limits from this file; -: standard input" },
		{ "l3-cache-schema", 0, "SCHEMA", VALUE_TEXT, &l3,
		  "A share of the processor's cache: L3:0=7f0" },
		{ "mem-bw-schema", 0, "SCHEMA", VALUE_TEXT, &bandwidth,
		  "A share of the memory's bandwidth: MB:0=20" },
		{ 0 },
	};
	struct verb_option options[TEXTS + NUMBERS + sizeof(others) / sizeof(others[0])];
	struct limits limits = { 0 };
	struct values values = { 0 };
	struct rdt rdt;
	char **operands;

	for (size_t i = 0; i < TEXTS + NUMBERS; i++) {
		void *value = i < TEXTS ? (void *)&values.texts[i] : &values.numbers[i - TEXTS];

		if (i >= TEXTS)
			values.numbers[i - TEXTS] = NOT_GIVEN;
		options[i] = (struct verb_option){ .name = fields[i].option,
						   .argument = fields[i].argument,
						   .kind = fields[i].kind,
						   .fills = value,
						   .help = fields[i].help };
	}
	memcpy(options + TEXTS + NUMBERS, others, sizeof(others));
	operands = verb_read(verb, options, words, 1, 1);
	if (!operands)
		return -1;
	if ((file ? config_load_resources(file, &limits)
		  : config_set_resources(make_object(&values), &limits)) < 0)
		return -1;
	if (config_set_rdt(json_pack("{s:{s:s*, s:s*}}", "intelRdt", "l3CacheSchema", l3,
				     "memBwSchema", bandwidth),
			   &rdt) < 0)
		return -1;
	if (!file)
		warn_of_zeroes(&values);
	return apply(runtime, operands[0], &limits, &rdt);
}

const struct verb verb_update = {
	"update", "ID", "Change the limits of a container", 1, update,
};
