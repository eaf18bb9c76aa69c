#include "uts_options.h"

#include <errno.h>

#include "fail.h"
#include "uts.h"

enum { KEY_DOMAINNAME = 0x200 };

static const struct argp_option options[] = {
	{ "hostname", 'h', "NAME", 0, "Host name inside", 0 },
	{ "domainname", KEY_DOMAINNAME, "NAME", 0, "NIS domain name inside", 0 },
	{ 0 },
};

static error_t set_name(const char **name, const char *option, const char *value)
{
	const char *problem = uts_problem(value);

	if (problem) {
		fail_input("--%s \"%s\": %s", option, value, problem);
		return EINVAL;
	}
	*name = value;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct uts *uts = state->input;

	switch (key) {
	case 'h':
		return set_name(&uts->hostname, "hostname", argument);
	case KEY_DOMAINNAME:
		return set_name(&uts->domainname, "domainname", argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group uts_options = {
	.title = "Names (chapter 1):",
	.options = options,
	.parse = parse,
};
