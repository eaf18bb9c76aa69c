#include "systemd_property.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"

enum { SECOND = 1000000, PERCENT = 10000, PERIOD_DEFAULT = 100000, QUOTA_MIN = 1000 };
enum { PROCESSORS_MAX = 8192 };

/* A number of bytes from here on means: no limit. */
#define MEMORY_MAX (UINT64_C(1) << 62)

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

/* Adds a property from `text`, the content of a file of a cgroup. */
typedef void (*adder)(struct properties *properties, const char *name, const char *text,
		      int directory);

static void add_value(struct properties *properties, const char *name, uint64_t value)
{
	property_add(properties, name, "t", NULL);
	property_add_word(properties, "%" PRIu64, value);
}

/*
 * For no limit, systemd takes the greatest number, v2 has "max", and v1 the greatest number of
 * whole pages.
 */
static void add_number(struct properties *properties, const char *name, const char *text,
		       int directory)
{
	uint64_t number = strtoull(text, NULL, 10);

	(void)directory;
	if (strncmp(text, "max", 3) == 0 || number >= MEMORY_MAX)
		number = UINT64_MAX;
	add_value(properties, name, number);
}

/*
 * systemd refuses 0. With the first process in the cgroup, 1 does not allow a second process
 * either. The file gets 1 as well, so that a reload does not change it.
 */
static void add_tasks(struct properties *properties, const char *name, const char *text,
		      int directory)
{
	if (text[strspn(text, "0")] == '\0' || strcmp(text, "0\n") == 0) {
		cgroup_try_write(directory, "pids.max", "1");
		text = "1";
	}
	add_number(properties, name, text, directory);
}

/* "0-2,7" as bytes, of which each has eight bits: 0x87. */
static void add_list(struct properties *properties, const char *name, const char *text,
		     int directory)
{
	unsigned char bytes[PROCESSORS_MAX / 8] = { 0 };
	size_t length = 0;

	(void)directory;
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
 * systemd writes CPU time as whole percents of each second, with quotas of at least 1 ms: it rounds
 * a part of a percent up, and lengthens the period, to 1 s at most, until the quota is 1 ms.
 */
struct quota {
	uint64_t period, each_second; /* UINT64_MAX: no limit */
};

/* Returns false if there is no quota to read. */
static bool read_quota(int directory, struct quota *quota)
{
	autofree char *both = file_read_at(directory, "cpu.max");
	autofree char *time = both ? NULL : file_read_at(directory, "cpu.cfs_quota_us");
	const char *text = both ? both : time, *second = both ? strchr(both, ' ') : NULL;

	if (!text)
		return false;
	quota->each_second = UINT64_MAX;
	quota->period = second ? strtoull(second, NULL, 10) : PERIOD_DEFAULT;
	if (!both)
		quota->period = cgroup_read_number(directory, "cpu.cfs_period_us", NULL);
	if (!isdigit((unsigned char)*text) || !quota->period || quota->period == CGROUP_UNKNOWN)
		return quota->period && quota->period != CGROUP_UNKNOWN;
	quota->each_second = strtoull(text, NULL, 10);
	quota->each_second =
		(quota->each_second * SECOND / quota->period + PERCENT - 1) / PERCENT * PERCENT;
	while (quota->period < SECOND && quota->each_second * quota->period / SECOND < QUOTA_MIN)
		quota->period = quota->each_second
			? (uint64_t)QUOTA_MIN * SECOND / quota->each_second
			: SECOND;
	if (quota->period > SECOND)
		quota->period = SECOND;
	return true;
}

static void add_quota(struct properties *properties, const char *name, const char *text,
		      int directory)
{
	struct quota quota;

	(void)text;
	if (!read_quota(directory, &quota))
		return;
	add_value(properties, "CPUQuotaPeriodUSec", quota.period);
	add_value(properties, name, quota.each_second);
}

void property_round(int directory)
{
	struct quota quota;
	char text[64];

	if (!read_quota(directory, &quota) || quota.each_second == UINT64_MAX)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64,
		 quota.each_second * quota.period / SECOND, quota.period);
	if (cgroup_has(directory, "cpu.max"))
		cgroup_try_write(directory, "cpu.max", text);
}

/* A cgroup that is idle has no weight. */
static void add_weight(struct properties *properties, const char *name, const char *text,
		       int directory)
{
	uint64_t weight = cgroup_read_number(directory, "cpu.weight", NULL);

	(void)text;
	if (cgroup_read_number(directory, "cpu.idle", NULL) == 1)
		add_value(properties, name, 0);
	else if (weight != CGROUP_UNKNOWN)
		add_value(properties, name, weight);
}

/* "default 500", and then lines for devices, which systemd leaves alone. */
static uint64_t read_default(const char *text)
{
	return strtoull(text + (strncmp(text, "default ", 8) == 0 ? 8 : 0), NULL, 10);
}

static void add_io_weight(struct properties *properties, const char *name, const char *text,
			  int directory)
{
	(void)directory;
	add_value(properties, name, read_default(text));
}

/*
 * Finds the weight from which systemd computes this one of BFQ: above 100, one step of BFQ is
 * eleven.
 */
static void add_bfq_weight(struct properties *properties, const char *name, const char *text,
			   int directory)
{
	uint64_t weight = read_default(text);

	(void)directory;
	add_value(properties, name, weight > 100 ? 100 + (weight - 100) * 11 : weight);
}

static const struct {
	const char *file, *name;
	adder add;
} known[] = {
	{ "memory.max", "MemoryMax", add_number },
	{ "memory.limit_in_bytes", "MemoryMax", add_number },
	{ "memory.high", "MemoryHigh", add_number },
	{ "memory.low", "MemoryLow", add_number },
	{ "memory.min", "MemoryMin", add_number },
	{ "memory.swap.max", "MemorySwapMax", add_number },
	{ "pids.max", "TasksMax", add_tasks },
	{ "cpu.shares", "CPUShares", add_number },
	{ "cpu.weight", "CPUWeight", add_weight },
	{ "cpu.weight.nice", "CPUWeight", add_weight },
	{ "cpu.idle", "CPUWeight", add_weight },
	{ "cpu.max", "CPUQuotaPerSecUSec", add_quota },
	{ "cpu.cfs_quota_us", "CPUQuotaPerSecUSec", add_quota },
	{ "cpu.cfs_period_us", "CPUQuotaPerSecUSec", add_quota },
	{ "cpuset.cpus", "AllowedCPUs", add_list },
	{ "cpuset.mems", "AllowedMemoryNodes", add_list },
	{ "io.weight", "IOWeight", add_io_weight },
	{ "io.bfq.weight", "IOWeight", add_bfq_weight },
	{ "blkio.weight", "BlockIOWeight", add_number },
	{ "blkio.bfq.weight", "BlockIOWeight", add_number },
};

static bool is_earlier(const struct limits *limits, size_t index, const char *file,
		       const struct cgroup *cgroup)
{
	struct resource_place place;

	for (size_t i = 0; i < index; i++)
		if (resources_find(&limits->list[i], cgroup, &place) &&
		    strcmp(place.file, file) == 0)
			return true;
	return false;
}

void property_add_resources(struct properties *properties, const struct limits *limits,
			    const struct cgroup *cgroup)
{
	for (size_t i = 0; i < limits->count; i++) {
		autofree char *text = NULL;
		struct resource_place place;

		if (!resources_find(&limits->list[i], cgroup, &place) ||
		    is_earlier(limits, i, place.file, cgroup))
			continue;
		text = file_read_at(place.hierarchy->directory, place.file);
		for (size_t j = 0; text && j < sizeof(known) / sizeof(known[0]); j++)
			if (strcmp(known[j].file, place.file) == 0)
				known[j].add(properties, known[j].name, text,
					     place.hierarchy->directory);
	}
}
