#include <jansson.h>

#include "cgroup_path.h"
#include "config.h"
#include "fail.h"
#include "lifecycle.h"
#include "resources.h"
#include "state.h"
#include "verbs.h"

enum { TEXTS = 2, NUMBERS = 12 };

/* The options, and the fields of a resources object that they are short for. */
struct field {
	const char *option, *group, *name;
	enum verb_value kind;
	const char *help;
};

static const struct field fields[TEXTS + NUMBERS] = {
	{ "cpuset-cpus", "cpu", "cpus", VALUE_TEXT, "processors, as in 0-2,7" },
	{ "cpuset-mems", "cpu", "mems", VALUE_TEXT, "memory nodes" },
	{ "memory", "memory", "limit", VALUE_BYTES, "of memory" },
	{ "memory-swap", "memory", "swap", VALUE_BYTES, "memory and swap; -1: no limit" },
	{ "memory-reservation", "memory", "reservation", VALUE_BYTES, "taken away last" },
	{ "cpu-quota", "cpu", "quota", VALUE_NUMBER, "microseconds in each period" },
	{ "cpu-period", "cpu", "period", VALUE_NUMBER, "microseconds" },
	{ "cpu-share", "cpu", "shares", VALUE_NUMBER, "others have 1024" },
	{ "cpu-burst", "cpu", "burst", VALUE_NUMBER, "microseconds saved up" },
	{ "cpu-idle", "cpu", "idle", VALUE_NUMBER, "1: only when nobody else wants it" },
	{ "cpu-rt-period", "cpu", "realtimePeriod", VALUE_NUMBER, "v1 alone" },
	{ "cpu-rt-runtime", "cpu", "realtimeRuntime", VALUE_NUMBER, "v1 alone" },
	{ "pids-limit", "pids", "limit", VALUE_NUMBER, "of processes; -1: none" },
	{ "blkio-weight", "blockIO", "weight", VALUE_NUMBER, "10 to 1000" },
};

struct values {
	const char *texts[TEXTS];
	int64_t numbers[NUMBERS];
};

/* The object that a file would have; what was not given is not in it. */
static json_t *make_object(const struct values *values)
{
	json_t *object = json_object();

	for (size_t i = 0; i < TEXTS + NUMBERS; i++) {
		const struct field *field = &fields[i];
		bool is_text = i < TEXTS;

		if (is_text ? !values->texts[i] : !values->numbers[i - TEXTS])
			continue;
		if (!json_object_get(object, field->group))
			json_object_set_new(object, field->group, json_object());
		json_object_set_new(json_object_get(object, field->group), field->name,
				    is_text ? json_string(values->texts[i])
					    : json_integer(values->numbers[i - TEXTS]));
	}
	return object;
}

static int apply(const struct runtime *runtime, const char *id, const struct resources *resources)
{
	autostate struct state state = STATE_NONE;
	autocgroup struct cgroup *cgroup = &(struct cgroup){ 0 };

	if (state_open(&state, runtime->root, id, true) != 0)
		return -1;
	if (state_require(&state, ~(1U << STATUS_STOPPED), "update") < 0)
		return -1;
	if (cgroup_path_open(cgroup, state.cgroup) < 0)
		return -1;
	return lifecycle_limit(&state, resources, cgroup);
}

static int update(const struct runtime *runtime, const struct verb *verb, char **words)
{
	struct verb_option options[TEXTS + NUMBERS + 2] = { 0 };
	struct resources resources = { 0 };
	struct values values = { 0 };
	const char *file = NULL;
	char **operands;

	for (size_t i = 0; i < TEXTS + NUMBERS; i++) {
		void *value = i < TEXTS ? (void *)&values.texts[i] : &values.numbers[i - TEXTS];

		options[i] = (struct verb_option){ fields[i].option, fields[i].kind, value,
						   fields[i].help };
	}
	options[TEXTS + NUMBERS] =
		(struct verb_option){ "resources r", VALUE_TEXT, &file,
				      "a file with all of them; -: standard input" };
	operands = verb_read(verb, options, words, 1, 1);
	if (!operands)
		return -1;
	if ((file ? config_load_resources(file, &resources)
		  : config_set_resources(make_object(&values), &resources)) < 0)
		return -1;
	return apply(runtime, operands[0], &resources);
}

const struct verb verb_update = {
	"update", "ID", "Change the limits of a container", 1, update,
};
