#include "rlimits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fail.h"
#include "narrate.h"

static const struct {
	const char *name;
	int type;
} types[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

enum { COUNT = sizeof(types) / sizeof(types[0]) };

int rlimits_by_name(const char *name)
{
	for (int i = 0; i < COUNT; i++)
		if (strcmp(types[i].name, name) == 0 ||
		    strcasecmp(types[i].name + strlen("RLIMIT_"), name) == 0)
			return types[i].type;
	return -1;
}

static const char *name_of(int type)
{
	for (int i = 0; i < COUNT; i++)
		if (types[i].type == type)
			return types[i].name;
	return "";
}

int rlimits_add(struct rlimits *rlimits, int type, rlim_t soft, rlim_t hard)
{
	const struct rlimits_entry entry = { type, soft, hard };
	struct rlimits_entry *grown;

	for (size_t i = 0; i < rlimits->count; i++) {
		if (rlimits->list[i].type == type) {
			rlimits->list[i] = entry;
			return 0;
		}
	}
	grown = reallocarray(rlimits->list, rlimits->count + 1, sizeof(*grown));
	if (!grown)
		return fail("reallocarray");
	rlimits->list = grown;
	rlimits->list[rlimits->count++] = entry;
	return 0;
}

/* RLIM_INFINITY is the greatest number. The messages have -1 for it, which is shorter. */
static int set(const struct rlimits_entry *entry)
{
	const struct rlimit limit = { .rlim_cur = entry->soft, .rlim_max = entry->hard };
	const char *name = name_of(entry->type);
	long long soft = (long long)entry->soft, hard = (long long)entry->hard;

	narrate("setrlimit %s %lld:%lld", name, soft, hard);
	if (setrlimit((__rlimit_resource_t)entry->type, &limit) < 0)
		return fail("setrlimit %s %lld:%lld", name, soft, hard);
	return 0;
}

int rlimits_set(const struct rlimits *rlimits)
{
	for (size_t i = 0; i < rlimits->count; i++)
		if (set(&rlimits->list[i]) < 0)
			return -1;
	return 0;
}
