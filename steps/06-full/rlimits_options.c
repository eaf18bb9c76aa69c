#include "rlimits_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "rlimits.h"

enum { KEY_ULIMIT = 0x620, NOFILE = 1025 };

static const struct argp_option options[] = {
	{ "ulimit", KEY_ULIMIT, "NAME=SOFT[:HARD]", 0,
	  "Limit a resource of each process; -1: none (default: nofile=1025)", 0 },
	{ 0 },
};

/* Reads "1024", or "-1" for no limit. */
static bool parse_value(const char *text, rlim_t *value)
{
	unsigned long long number;
	char *end;

	*value = RLIM_INFINITY;
	if (strcmp(text, "-1") == 0)
		return true;
	errno = 0;
	number = strtoull(text, &end, 10);
	*value = number;
	return isdigit((unsigned char)*text) && *end == '\0' && errno == 0;
}

static error_t add(struct rlimits *rlimits, const char *text)
{
	autofree char *copy = strdup(text);
	char *rest = copy;
	const char *name, *soft_text;
	rlim_t soft, hard;
	int type;

	if (!copy) {
		fail("strdup");
		return ENOMEM;
	}
	name = strsep(&rest, "=");
	soft_text = strsep(&rest, ":");
	if (!soft_text || !parse_value(soft_text, &soft) ||
	    !parse_value(rest ? rest : soft_text, &hard)) {
		fail_input("--ulimit %s: must be NAME=SOFT[:HARD], as in nofile=1024:2048", text);
		return EINVAL;
	}
	type = rlimits_by_name(name);
	if (type < 0) {
		fail_input("--ulimit %s: no limit is called \"%s\"", text, name);
		return EINVAL;
	}
	if (soft > hard) {
		fail_input("--ulimit %s: the soft limit is above the hard one", text);
		return EINVAL;
	}
	return rlimits_add(rlimits, type, soft, hard) < 0 ? ENOMEM : 0;
}

/*
 * Sets the second article's limit of open files, or the caller's own hard limit if that is lower.
 */
static error_t set_default(struct rlimits *rlimits)
{
	struct rlimit ours;
	rlim_t limit = NOFILE;

	if (getrlimit(RLIMIT_NOFILE, &ours) == 0 && ours.rlim_max < limit)
		limit = ours.rlim_max;
	return rlimits_add(rlimits, RLIMIT_NOFILE, limit, limit) < 0 ? ENOMEM : 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct rlimits *rlimits = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return set_default(rlimits);
	case KEY_ULIMIT:
		return add(rlimits, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group rlimits_options = {
	.title = "Limits of a process (chapter 6):",
	.options = options,
	.parse = parse,
};
