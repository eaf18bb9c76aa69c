#include "seccomp_options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "fail.h"

enum { KEY_SECURITY_OPT = 0x630 };

static const struct argp_option options[] = {
	{ "security-opt", KEY_SECURITY_OPT, "OPTION", 0,
	  "seccomp=unconfined, systempaths=unconfined or no-new-privileges", 0 },
	{ 0 },
};

/* The values of --security-opt, and the switch that each sets. */
static const struct {
	const char *option;
	size_t flag;
	bool value;
} known[] = {
	{ "seccomp=unconfined", offsetof(struct seccomp_options, unconfined), true },
	{ "seccomp=builtin", offsetof(struct seccomp_options, unconfined), false },
	{ "systempaths=unconfined", offsetof(struct seccomp_options, paths_unconfined), true },
	{ "no-new-privileges", offsetof(struct seccomp_options, no_new_privileges), true },
	{ "no-new-privileges=true", offsetof(struct seccomp_options, no_new_privileges), true },
	{ "no-new-privileges=false", offsetof(struct seccomp_options, no_new_privileges), false },
};

static error_t set(struct seccomp_options *security, const char *option)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].option, option) == 0) {
			*(bool *)((char *)security + known[i].flag) = known[i].value;
			return 0;
		}
	}
	if (strncmp(option, "seccomp=", strlen("seccomp=")) == 0)
		fail_input("--security-opt %s: lists from a file are not read yet", option);
	else
		fail_input("--security-opt %s: unknown; --help lists them", option);
	return EINVAL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	switch (key) {
	case KEY_SECURITY_OPT:
		return set(state->input, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group seccomp_options = {
	.title = "System calls (chapter 6):",
	.options = options,
	.parse = parse,
};
