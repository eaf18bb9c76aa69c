#include "userns_options.h"

#include <errno.h>
#include <string.h>

#include "fail.h"
#include "ids.h"
#include "userns.h"

enum { KEY_USERNS = 0x640, USUAL_SIZE = 65536 };

static const struct argp_option options[] = {
	{ "userns", KEY_USERNS, "auto|host|UID[:SIZE]", 0,
	  "Users of its own: root inside is user UID of the host (default: host, without root "
	  "auto)",
	  0 },
	{ 0 },
};

/* Reads UID[:SIZE]. The groups get the same numbers. */
static error_t set_range(struct userns *userns, const char *text)
{
	static struct id_map map;
	bool is_read;

	map = (struct id_map){ .size = USUAL_SIZE };
	is_read = strchr(text, ':') ? ids_read_pair(text, ID_MAX, &map.outside, &map.size)
				    : ids_read(text, ID_MAX, &map.outside);
	if (!is_read || map.size == 0 || map.size > UINT32_MAX - map.outside) {
		fail_input("--userns %s: must be auto, host or UID[:SIZE], below 4294967295", text);
		return EINVAL;
	}
	userns->mode = USERNS_MAPPED;
	userns->uids = userns->gids = &map;
	userns->uid_count = userns->gid_count = 1;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct userns *userns = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		userns->shift = true;
		return 0;
	case KEY_USERNS:
		if (strcmp(argument, "host") == 0)
			userns->mode = USERNS_HOST;
		else if (strcmp(argument, "auto") == 0)
			userns->mode = USERNS_AUTO;
		else
			return set_range(userns, argument);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group userns_options = {
	.title = "Users (chapter 6):",
	.options = options,
	.parse = parse,
};
