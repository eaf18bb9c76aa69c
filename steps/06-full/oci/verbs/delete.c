#include <dirent.h>
#include <errno.h>
#include <regex.h>
#include <sys/file.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "lifecycle.h"
#include "systemd.h"
#include "verbs.h"

/*
 * Removes the directory of a `create` that was killed before it wrote a state. A `create` that
 * still runs holds the lock.
 */
static void remove_leftover(struct state *state)
{
	if (state->directory >= 0 && flock(state->directory, LOCK_EX | LOCK_NB) == 0)
		state_remove(state);
}

/*
 * Ends a container whose lock another process holds: one that waits in the container, or is stopped
 * itself, would hold it for ever.
 */
static void end(const struct runtime *runtime, const char *id)
{
	autostate struct state state = STATE_NONE;

	if (state_open(&state, runtime->root, id, false) == 0 &&
	    flock(state.directory, LOCK_EX | LOCK_NB) < 0)
		lifecycle_end(&state);
	fail_forget();
}

/* The cgroup's path is in the configuration that `create` has kept. */
static int remove_cgroup(const struct runtime *runtime, const struct state *state)
{
	static struct config config;
	struct scope scope = { 0 };
	const char *path;

	config = (struct config){ .bundle = "/" };
	if (config_load(state_config(state), &config) < 0)
		return -1;
	if (runtime->manager == MANAGER_SYSTEMD) {
		if (systemd_name(&scope, config.cgroup_path, state->id) < 0)
			return -1;
		systemd_stop(scope.unit);
		return 0;
	}
	path = cgroup_path_choose(config.cgroup_path, state->id);
	return path ? cgroup_path_remove(path, NULL) : -1;
}

/* With --force, a container whose state cannot be read is deleted, so that its ID is free again. */
static int remove_unreadable(const struct runtime *runtime, struct state *state)
{
	fail_warn("%s", fail_get()->text);
	fail_forget();
	if (remove_cgroup(runtime, state) < 0) {
		fail_warn("what runs in container %s may go on: %s", state->id, fail_get()->text);
		fail_forget();
	}
	return state_remove(state);
}

static int delete_one(const struct runtime *runtime, const char *id, bool force)
{
	autostate struct state state = STATE_NONE;
	int found;

	if (force)
		end(runtime, id);
	found = state_open(&state, runtime->root, id, true);
	if (found == 1) {
		remove_leftover(&state);
		if (!force)
			return -1;
		fail_forget();
		return 0;
	}
	if (found < 0 && force && state.is_damaged &&
	    flock(state.directory, LOCK_EX | LOCK_NB) == 0)
		return remove_unreadable(runtime, &state);
	return found < 0 ? -1 : lifecycle_delete(&state, force);
}

static int delete_matching(const struct runtime *runtime, const char *pattern, bool force)
{
	autodir DIR *root = opendir(runtime->root);
	int result = 0;
	regex_t regex;

	if (!root && errno != ENOENT)
		return state_fail_root("opendir", runtime->root);
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return fail_input("delete --regex %s: is no regular expression", pattern);
	for (struct dirent *entry; root && (entry = readdir(root));)
		if (entry->d_name[0] != '.' && regexec(&regex, entry->d_name, 0, NULL, 0) == 0 &&
		    delete_one(runtime, entry->d_name, force) < 0)
			result = -1;
	regfree(&regex);
	return result;
}

static int delete (const struct runtime *runtime, const struct verb *verb, char **words)
{
	bool force = false, regex = false;
	const struct verb_option options[] = {
		{ "force", 'f', NULL, VALUE_NONE, &force,
		  "Kill the container first; a missing container is no error" },
		{ "regex", 0, NULL, VALUE_NONE, &regex, "Delete all containers whose ID matches" },
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);

	if (!operands)
		return -1;
	return (regex ? delete_matching : delete_one)(runtime, operands[0], force);
}

const struct verb verb_delete = {
	"delete", "ID", "Remove a container that has ended", 1, delete,
};
