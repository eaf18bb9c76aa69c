#include "user_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "user.h"

enum { KEY_GROUP_ADD = 0x600 };

static const struct argp_option options[] = {
	{ "user", 'u', "USER[:GROUP]", 0, "Run as this user, by name or number (default: 0)", 0 },
	{ "group-add", KEY_GROUP_ADD, "GROUP", 0, "Add a supplementary group", 0 },
	{ 0 },
};

static error_t set_user(struct user *user, const char *text)
{
	const char *colon = strchr(text, ':');

	if (!*text || colon == text || (colon && (!colon[1] || strchr(colon + 1, ':')))) {
		fail_input("--user %s: must be USER or USER:GROUP", text);
		return EINVAL;
	}
	user->text = text;
	return 0;
}

static error_t add_group(struct user *user, const char *text)
{
	const char **grown;

	if (!*text) {
		fail_input("--group-add: needs a group");
		return EINVAL;
	}
	grown = reallocarray(user->group_add, user->group_add_count + 1, sizeof(*grown));
	if (!grown) {
		fail("reallocarray");
		return ENOMEM;
	}
	user->group_add = grown;
	user->group_add[user->group_add_count++] = text;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct user *user = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		user->umask = 022;
		return 0;
	case 'u':
		return set_user(user, argument);
	case KEY_GROUP_ADD:
		return add_group(user, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group user_options = {
	.title = "User (chapter 6):",
	.options = options,
	.parse = parse,
};
