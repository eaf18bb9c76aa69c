#include <dirent.h>
#include <errno.h>
#include <regex.h>
#include <string.h>
#include <sys/file.h>

#include "cleanup.h"
#include "fail.h"
#include "lifecycle.h"
#include "verbs.h"

/* What a runtime has left that was killed before there was a state; unless it still works on it. */
static void remove_leftover(struct state *state)
{
	if (state->directory >= 0 && flock(state->directory, LOCK_EX | LOCK_NB) == 0)
		state_remove(state);
}

static int delete_one(const struct runtime *runtime, const char *id, bool force)
{
	autostate struct state state = STATE_NONE;
	int found = state_open(&state, runtime->root, id, true);

	if (found == 1) {
		remove_leftover(&state);
		if (!force)
			return -1;
		fail_forget();
		return 0;
	}
	return found < 0 ? -1 : lifecycle_delete(&state, force);
}

static int delete_matching(const struct runtime *runtime, const char *pattern, bool force)
{
	autodir DIR *root = opendir(runtime->root);
	int result = 0;
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return fail_input("delete --regex %s: is no regular expression", pattern);
	for (struct dirent *entry; root && (entry = readdir(root));)
		if (entry->d_name[0] != '.' && regexec(&regex, entry->d_name, 0, NULL, 0) == 0 &&
		    delete_one(runtime, entry->d_name, force) < 0)
			result = -1;
	regfree(&regex);
	return root || errno == ENOENT ? result : fail("opendir %s", runtime->root);
}

static int delete (const struct runtime *runtime, const struct verb *verb, char **words)
{
	bool force = false, regex = false;
	const struct verb_option options[] = {
		{ "force f", VALUE_NONE, &force,
		  "end it first; one that is not there is no error" },
		{ "regex", VALUE_NONE, &regex, "all whose ID matches" },
		{ NULL, VALUE_NONE, NULL, NULL },
	};
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	return (regex ? delete_matching : delete_one)(runtime, operands[0], force);
}

const struct verb verb_delete = {
	"delete", "ID", "Remove what is left of a container", 1, delete,
};
