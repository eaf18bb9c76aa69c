#include "userns_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "userns.h"

enum { KEY_USERNS = 0x640, USUAL_SIZE = 65536 };

static const struct argp_option options[] = {
	{ "userns", KEY_USERNS, "auto|host|UID[:SIZE]", 0,
	  "Users of its own: root inside is user UID of the host (default: host, without root "
	  "auto)",
	  0 },
	{ 0 },
};

/* A number of digits alone, below 2^32 - 1, which is no id. */
static bool read_id(const char *text, uint32_t *id)
{
	uint64_t number;

	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	number = strtoull(text, NULL, 10);
	*id = (uint32_t)number;
	return errno == 0 && number < UINT32_MAX;
}

/* UID[:SIZE]: the same numbers for groups. */
static error_t set_range(struct userns *userns, const char *text)
{
	static struct id_map map;
	char first[32] = "";
	size_t length = strcspn(text, ":");

	map = (struct id_map){ .size = USUAL_SIZE };
	if (length < sizeof(first))
		memcpy(first, text, length);
	if (!read_id(first, &map.outside) ||
	    (text[length] && !read_id(text + length + 1, &map.size)) || map.size == 0 ||
	    map.size > UINT32_MAX - map.outside) {
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
