#include "capabilities_options.h"

#include <errno.h>

#include "fail.h"

enum { KEY_CAP_ADD = 0x610, KEY_CAP_DROP, KEY_PRIVILEGED };

static const struct argp_option options[] = {
	{ "cap-add", KEY_CAP_ADD, "CAPABILITY", 0,
	  "Give a capability, or ALL that the caller holds", 0 },
	{ "cap-drop", KEY_CAP_DROP, "CAPABILITY", 0, "Take a capability away, or ALL of them", 0 },
	{ "privileged", KEY_PRIVILEGED, NULL, 0,
	  "Give all capabilities, devices and system calls: no protection is left", 0 },
	{ 0 },
};

/*
 * --cap-drop ALL and --cap-add ALL come first, wherever they are on the command line, as in Docker.
 */
static error_t combine(struct capabilities_options *wanted)
{
	uint64_t set = (capabilities_default & ~wanted->dropped) | wanted->added;

	if (wanted->dropped == CAPABILITIES_ALL)
		set = wanted->added;
	else if (wanted->added == CAPABILITIES_ALL)
		set = CAPABILITIES_ALL & ~wanted->dropped;
	if (wanted->privileged)
		set = CAPABILITIES_ALL;
	capabilities_fill(&wanted->capabilities, set);
	return 0;
}

static error_t add(uint64_t *set, const char *option, const char *name)
{
	uint64_t capability = capabilities_by_name(name);

	if (!capability) {
		fail_input("--%s %s: no capability has this name", option, name);
		return EINVAL;
	}
	*set |= capability;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct capabilities_options *wanted = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return combine(wanted);
	case KEY_CAP_ADD:
		return add(&wanted->added, "cap-add", argument) || combine(wanted) ? EINVAL : 0;
	case KEY_CAP_DROP:
		return add(&wanted->dropped, "cap-drop", argument) || combine(wanted) ? EINVAL : 0;
	case KEY_PRIVILEGED:
		wanted->privileged = true;
		return combine(wanted);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group capabilities_options = {
	.title = "Capabilities (chapter 6):",
	.options = options,
	.parse = parse,
};
