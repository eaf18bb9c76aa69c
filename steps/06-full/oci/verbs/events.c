#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "rdt.h"
#include "rdt_stats.h"
#include "state.h"
#include "verbs.h"

/* A number of the statistics, and the file that has it in each cgroup version. */
struct source {
	const char *part, *group, *name; /* in the JSON: data.part.group.name */
	enum controller controller;
	struct {
		const char *file; /* NULL: this version has no such file */
		const char *key;  /* NULL: the number is all that the file has */
	} files[2];
	unsigned int factor[2]; /* from the unit of the file to that of the JSON */
};

/* CPU times are in nanoseconds. */
static const struct source sources[] = {
	{ "cpu",
	  "usage",
	  "total",
	  CONTROLLER_CPUACCT,
	  { { "cpuacct.usage", NULL }, { "cpu.stat", "usage_usec" } },
	  { 1, 1000 } },
	{ "cpu",
	  "usage",
	  "user",
	  CONTROLLER_CPUACCT,
	  { { "cpuacct.usage_user", NULL }, { "cpu.stat", "user_usec" } },
	  { 1, 1000 } },
	{ "cpu",
	  "usage",
	  "kernel",
	  CONTROLLER_CPUACCT,
	  { { "cpuacct.usage_sys", NULL }, { "cpu.stat", "system_usec" } },
	  { 1, 1000 } },
	{ "cpu",
	  "throttling",
	  "periods",
	  CONTROLLER_CPU,
	  { { "cpu.stat", "nr_periods" }, { "cpu.stat", "nr_periods" } },
	  { 1, 1 } },
	{ "cpu",
	  "throttling",
	  "throttledPeriods",
	  CONTROLLER_CPU,
	  { { "cpu.stat", "nr_throttled" }, { "cpu.stat", "nr_throttled" } },
	  { 1, 1 } },
	{ "cpu",
	  "throttling",
	  "throttledTime",
	  CONTROLLER_CPU,
	  { { "cpu.stat", "throttled_time" }, { "cpu.stat", "throttled_usec" } },
	  { 1, 1000 } },
	{ "memory",
	  "usage",
	  "usage",
	  CONTROLLER_MEMORY,
	  { { "memory.usage_in_bytes", NULL }, { "memory.current", NULL } },
	  { 1, 1 } },
	{ "memory",
	  "usage",
	  "max",
	  CONTROLLER_MEMORY,
	  { { "memory.max_usage_in_bytes", NULL }, { "memory.peak", NULL } },
	  { 1, 1 } },
	{ "memory",
	  "usage",
	  "limit",
	  CONTROLLER_MEMORY,
	  { { "memory.limit_in_bytes", NULL }, { "memory.max", NULL } },
	  { 1, 1 } },
	{ "memory",
	  "usage",
	  "failcnt",
	  CONTROLLER_MEMORY,
	  { { "memory.failcnt", NULL }, { "memory.events", "max" } },
	  { 1, 1 } },
	{ "pids",
	  NULL,
	  "current",
	  CONTROLLER_PIDS,
	  { { "pids.current", NULL }, { "pids.current", NULL } },
	  { 1, 1 } },
	{ "pids",
	  NULL,
	  "limit",
	  CONTROLLER_PIDS,
	  { { "pids.max", NULL }, { "pids.max", NULL } },
	  { 1, 1 } },
};

/* The number of processes that the kernel has killed because memory ran out. */
static const struct source kills = {
	.controller = CONTROLLER_MEMORY,
	.files = { { "memory.oom_control", "oom_kill" }, { "memory.events", "oom_kill" } },
	.factor = { 1, 1 },
};

/* In milliseconds. */
enum { INTERVAL_DEFAULT = 5000, INTERVAL_LEAST = 1, INTERVAL_MOST = 24 * 3600 * 1000 };
enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

/* Returns the number, from the hierarchy that has its controller; or CGROUP_UNKNOWN. */
static uint64_t look_up(const struct source *source, const struct cgroup *cgroup)
{
	uint64_t number = CGROUP_UNKNOWN;

	for (int i = 0; i < cgroup->hierarchy_count && number == CGROUP_UNKNOWN; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];
		int version = hierarchy->version - 1;

		/* Every cgroup of v2 counts its CPU time, with the controller or without. */
		if (hierarchy->directory < 0 ||
		    (!(hierarchy->controllers & SET(source->controller)) &&
		     (version == 0 || source->controller != CONTROLLER_CPUACCT)))
			continue;
		number = cgroup_read_number(hierarchy->directory, source->files[version].file,
					    source->files[version].key);
		if (number != CGROUP_UNKNOWN)
			number *= source->factor[version];
	}
	return number;
}

/* Returns the object `key` of an object, and adds it first where it is missing. */
static json_t *object_in(json_t *object, const char *key)
{
	if (key && !json_object_get(object, key))
		json_object_set_new(object, key, json_object());
	return key ? json_object_get(object, key) : object;
}

static void add_rdt(json_t *data, const struct state *state)
{
	autofree char *root = *state->rdt_class ? rdt_find() : NULL;

	if (root)
		json_object_set_new(data, "intel_rdt",
				    rdt_stats(root, state->rdt_class, state->rdt_group));
	else
		fail_forget(); /* resctrl was unmounted meanwhile */
}

/* A number that no controller counts is left out, and so is a limit "max". */
static json_t *count(const struct state *state, const struct cgroup *cgroup)
{
	json_t *data = json_object();

	for (size_t i = 0; i < SOURCES; i++) {
		const struct source *source = &sources[i];
		uint64_t number = look_up(source, cgroup);
		json_t *part = object_in(object_in(data, source->part), source->group);

		if (number <= INT64_MAX)
			json_object_set_new(part, source->name, json_integer((json_int_t)number));
	}
	add_rdt(data, state);
	return data;
}

/* Prints an event as one line of JSON; `data` may be NULL. */
static int print_event(const char *type, const char *id, json_t *data)
{
	json_t *event = json_pack("{s:s, s:s, s:o*}", "type", type, "id", id, "data", data);
	int result = event ? json_dumpf(event, stdout, JSON_COMPACT) : -1;

	json_decref(event);
	if (result < 0 || putchar('\n') < 0 || fflush(stdout) < 0)
		return fail("write the event");
	return 0;
}

static uint64_t count_killed(const struct cgroup *cgroup)
{
	uint64_t number = look_up(&kills, cgroup);

	return number == CGROUP_UNKNOWN ? 0 : number;
}

/* Prints events until the container ends, each `interval` milliseconds. */
static int follow(const struct state *state, const struct cgroup *cgroup, int64_t interval)
{
	autofd int pidfd = state_open_process(state);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	uint64_t killed = count_killed(cgroup);

	while (pidfd >= 0) {
		uint64_t now;
		int result = poll(&ended, 1, (int)interval);

		if (result < 0 && errno == EINTR)
			continue; /* this process was stopped, and goes on */
		if (result < 0)
			return fail("poll");
		if (result > 0)
			break;
		now = count_killed(cgroup);
		for (; killed < now; killed++)
			if (print_event("oom", state->id, NULL) < 0)
				return -1;
		if (print_event("stats", state->id, count(state, cgroup)) < 0)
			return -1;
	}
	return *fail_get()->text ? -1 : 0;
}

static int events(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };
	bool once = false;
	int64_t interval = INTERVAL_DEFAULT;
	const struct verb_option options[] = {
		{ "stats", 0, NULL, VALUE_NONE, &once, "Print the statistics once" },
		{ "interval", 0, "TIME", VALUE_TIME, &interval,
		  "The time between two statistics (default: 5s)" },
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	if (interval < INTERVAL_LEAST || interval > INTERVAL_MOST)
		return fail_input("events --interval: must be 1ms to 24h");
	if (state_open(&state, runtime->root, operands[0], false) != 0)
		return -1;
	if (state_require(&state, ~(1U << STATUS_STOPPED), "tell events") < 0)
		return -1;
	if (state_find_cgroup(&state) < 0)
		return -1;
	if (cgroup_path_open(cgroup, state.cgroup, &state.directories) < 0)
		return -1;
	if (once)
		return print_event("stats", state.id, count(&state, cgroup));
	return follow(&state, cgroup, interval);
}

const struct verb verb_events = {
	"events", "ID", "Print statistics, and each kill for want of memory", 1, events,
};
