/* config.json: process.oomScoreAdj, scheduler, ioPriority, execCPUAffinity. */

#include "config_parts.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct json_name policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 }, { "SCHED_RR", 2 },	    { "SCHED_BATCH", 3 },
	{ "SCHED_ISO", 4 },   { "SCHED_IDLE", 5 }, { "SCHED_DEADLINE", 6 },
};

/* <linux/sched.h> cannot be included together with <sched.h>. */
static const struct json_name flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },  { "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },     { "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },    { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

static const struct json_name classes[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
};

enum { IOPRIO_CLASS_SHIFT = 13, IOPRIO_LEVEL_MAX = 7, OOM_MAX = 1000 };

static void read_policy(const struct json *process, struct scheduling *scheduling)
{
	struct json object = json_member(process, "scheduler");
	struct json name = json_member(&object, "policy");
	struct json list = json_member(&object, "flags");
	struct scheduling_policy *policy = &scheduling->policy;
	int64_t nice = 0;
	uint64_t priority = 0;

	if (!object.value)
		return;
	scheduling->has_policy = true;
	policy->size = sizeof(*policy);
	if (!name.value)
		json_problem(&name, "must be there");
	else
		json_choose(&name, policies, SIZE(policies), &policy->policy);
	policy->flags |= json_choose_all(&list, flags, SIZE(flags));
	json_get_number(&object, "nice", -20, 19, &nice);
	json_get_unsigned(&object, "priority", 99, &priority);
	json_get_unsigned(&object, "runtime", UINT64_MAX, &policy->runtime);
	json_get_unsigned(&object, "deadline", UINT64_MAX, &policy->deadline);
	json_get_unsigned(&object, "period", UINT64_MAX, &policy->period);
	policy->nice = (int32_t)nice;
	policy->priority = (uint32_t)priority;
}

static void read_io_priority(const struct json *process, struct scheduling *scheduling)
{
	struct json object = json_member(process, "ioPriority");
	struct json name = json_member(&object, "class");
	uint32_t class;
	int64_t level = 0;

	if (!object.value)
		return;
	json_get_number(&object, "priority", 0, IOPRIO_LEVEL_MAX, &level);
	if (!name.value)
		json_problem(&name, "must be there");
	else if (json_choose(&name, classes, SIZE(classes), &class))
		scheduling->io_priority = (int)class << IOPRIO_CLASS_SHIFT | (int)level;
}

static bool read_cpus(const struct json *object, const char *key, cpu_set_t *cpus)
{
	struct json member = json_member(object, key);
	const char *text;

	if (!json_get_text(object, key, &text) || !*text)
		return false;
	if (scheduling_read_cpus(text, cpus))
		return true;
	return json_problem(&member, "must be a list of CPUs, as in \"0-3,7\"") == 0;
}

void config_scheduling(const struct json *process, struct scheduling *scheduling)
{
	struct json affinity = json_member(process, "execCPUAffinity");
	int64_t oom = 0;

	*scheduling = (struct scheduling){
		.has_initial = scheduling->has_initial,
		.has_final = scheduling->has_final,
		.initial = scheduling->initial,
		.final = scheduling->final,
	};
	scheduling->has_oom = json_get_number(process, "oomScoreAdj", -OOM_MAX, OOM_MAX, &oom);
	scheduling->oom_score_adj = (int)oom;
	read_policy(process, scheduling);
	read_io_priority(process, scheduling);
	/* A process of `exec` has the container's CPUs, unless it names others, as with runC. */
	if (!affinity.value)
		return;
	scheduling->has_initial = read_cpus(&affinity, "initial", &scheduling->initial);
	scheduling->has_final = read_cpus(&affinity, "final", &scheduling->final);
}
