#include "systemd_property.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"

/* Systemd writes CPU time as whole percents: 10 ms of each second. */
enum { SECOND = 1000000, PERCENT = 10000, PERIOD_DEFAULT = 100000, PROCESSORS_MAX = 8192 };

/* ---- Words ---- */

static void add_word(struct properties *properties, char *word)
{
	char **grown = reallocarray(properties->words, properties->word_count + 1, sizeof(*grown));

	if (grown)
		properties->words = grown;
	if (grown && word) {
		grown[properties->word_count++] = word;
		return;
	}
	free(word);
	properties->no_memory = true;
}

void property_add_word(struct properties *properties, const char *text, ...)
{
	va_list arguments;
	char *word;

	va_start(arguments, text);
	if (vasprintf(&word, text, arguments) < 0)
		word = NULL;
	va_end(arguments);
	add_word(properties, word);
}

void property_add(struct properties *properties, const char *name, const char *type,
		  const char *value)
{
	properties->count++;
	add_word(properties, strdup(name));
	add_word(properties, strdup(type));
	if (value)
		add_word(properties, strdup(value));
}

void property_add_list(struct properties *properties, size_t count, const struct properties *words)
{
	property_add_word(properties, "%zu", count);
	for (size_t i = 0; i < words->word_count; i++)
		add_word(properties, strdup(words->words[i]));
	properties->no_memory = properties->no_memory || words->no_memory;
}

void property_free(struct properties *properties)
{
	for (size_t i = 0; i < properties->word_count; i++)
		free(properties->words[i]);
	free(properties->words);
}

/* ---- Limits ---- */

/* "max" is the greatest number there is. */
static void add_number(struct properties *properties, const char *name, const char *text)
{
	property_add(properties, name, "t", NULL);
	property_add_word(properties, "%" PRIu64,
			  strncmp(text, "max", 3) == 0 ? UINT64_MAX
						       : (uint64_t)strtoull(text, NULL, 10));
}

/* "0-2,7" as bytes, of which each has eight bits: 0x87. */
static void add_list(struct properties *properties, const char *name, const char *text)
{
	unsigned char bytes[PROCESSORS_MAX / 8] = { 0 };
	size_t length = 0;

	while (isdigit((unsigned char)*text)) {
		char *end;
		size_t first = strtoul(text, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (size_t i = first; i <= last && i < PROCESSORS_MAX; i++) {
			bytes[i / 8] |= (unsigned char)(1 << i % 8);
			length = i / 8 + 1 > length ? i / 8 + 1 : length;
		}
		text = end + (*end == ',');
	}
	property_add(properties, name, "ay", NULL);
	property_add_word(properties, "%zu", length);
	for (size_t i = 0; i < length; i++)
		property_add_word(properties, "%u", bytes[i]);
}

/*
 * "5000 20000", microseconds of each period. Systemd wants those of each second, and the period; a
 * part of a percent it would lose when it is reloaded, so that is rounded up.
 */
static void add_quota(struct properties *properties, const char *text)
{
	uint64_t quota, period, each_second = UINT64_MAX;
	const char *second = strchr(text, ' ');

	period = second ? strtoull(second, NULL, 10) : PERIOD_DEFAULT;
	if (period && isdigit((unsigned char)*text)) {
		quota = strtoull(text, NULL, 10);
		each_second = (quota * SECOND / period + PERCENT - 1) / PERCENT * PERCENT;
	}
	if (second) {
		property_add(properties, "CPUQuotaPeriodUSec", "t", NULL);
		property_add_word(properties, "%" PRIu64, period);
	}
	property_add(properties, "CPUQuotaPerSecUSec", "t", NULL);
	property_add_word(properties, "%" PRIu64, each_second);
}

/* Who has cpu.idle has no weight. */
static void add_idle(struct properties *properties, const char *name, const char *text)
{
	if (*text == '1')
		property_add(properties, name, "t", "0");
}

/* "505|5000": of a scheduler, and of all of them. That of one device has a name: "8:0 505|8:0 5000"
 */
static void add_io_weight(struct properties *properties, const char *name, const char *text)
{
	if (!strchr(text, ':'))
		add_number(properties, name, strchr(text, '|') + 1);
}

static const struct {
	const char *file, *name;
	void (*add)(struct properties *properties, const char *name, const char *text);
} known[] = {
	{ "memory.max", "MemoryMax", add_number },
	{ "memory.high", "MemoryHigh", add_number },
	{ "memory.low", "MemoryLow", add_number },
	{ "memory.min", "MemoryMin", add_number },
	{ "memory.swap.max", "MemorySwapMax", add_number },
	{ "pids.max", "TasksMax", add_number },
	{ "cpu.shares", "CPUShares", add_number },
	{ "cpu.weight", "CPUWeight", add_number },
	{ "cpu.idle", "CPUWeight", add_idle },
	{ "cpuset.cpus", "AllowedCPUs", add_list },
	{ "cpuset.mems", "AllowedMemoryNodes", add_list },
	{ "io.bfq.weight|io.weight", "IOWeight", add_io_weight },
};

/* Some texts for cpu.max have but the half of it: then the file, if it is there, has the other. */
static void add_cpu_max(struct properties *properties, const char *text,
			const struct cgroup *cgroup)
{
	int directory = cgroup_directory(cgroup);
	bool is_half = *text == '=';
	autofree char *whole = NULL;

	if (is_half && !cgroup_has(directory, "cpu.max"))
		return;
	whole = resources_complete(directory, "cpu.max", text);
	if (whole)
		add_quota(properties, whole);
	else if (!is_half)
		properties->no_memory = true;
}

static void add_file(struct properties *properties, const char *file, const char *text)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].file, file) == 0)
			known[i].add(properties, known[i].name, text);
}

void property_add_resources(struct properties *properties, const struct resources *resources,
			    const struct cgroup *cgroup)
{
	for (size_t i = 0; i < resources->count; i++) {
		const struct resource *resource = &resources->list[i];
		bool shares = resource->v1 && strcmp(resource->v1, "cpu.shares") == 0;

		/* On v1 a weight would become other shares than those. */
		if (shares && !cgroup_has(cgroup_directory(cgroup), "cpu.weight"))
			add_file(properties, resource->v1, resource->v1_text);
		else if (resource->v2 && strcmp(resource->v2, "cpu.max") == 0)
			add_cpu_max(properties, resource->v2_text, cgroup);
		else if (resource->v2)
			add_file(properties, resource->v2, resource->v2_text);
	}
}
