#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "state.h"
#include "verbs.h"

/* Adds one, unless it has gone meanwhile, or is just being made. */
static int add(const struct runtime *runtime, const char *id, json_t *list)
{
	autostate struct state state = STATE_NONE;
	int found = state_open(&state, runtime->root, id, false);

	if (found == 0 && json_array_append_new(list, state_object(&state)) < 0)
		return fail_input("list: no memory");
	if (found == 1)
		fail_forget();
	return found < 0 ? -1 : 0;
}

static int read_all(const struct runtime *runtime, json_t *list)
{
	struct dirent **entries;
	int count = scandir(runtime->root, &entries, NULL, alphasort), result = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : fail("scandir %s", runtime->root);
	for (int i = 0; i < count; i++) {
		if (result == 0 && entries[i]->d_name[0] != '.')
			result = add(runtime, entries[i]->d_name, list);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static const char *text(const json_t *state, const char *key)
{
	return json_string_value(json_object_get(state, key));
}

static void print_table(const json_t *list)
{
	size_t i;
	json_t *state;

	printf("%-20s %-8s %-9s %-30s %-30s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED",
	       "OWNER");
	json_array_foreach(list, i, state)
	{
		printf("%-20s %-8lld %-9s %-30s %-30s %s\n", text(state, "id"),
		       (long long)json_integer_value(json_object_get(state, "pid")),
		       text(state, "status"), text(state, "bundle"), text(state, "created"),
		       text(state, "owner"));
	}
}

static int print(const json_t *list, const char *format, bool quiet)
{
	if (quiet) {
		for (size_t i = 0; i < json_array_size(list); i++)
			puts(text(json_array_get(list, i), "id"));
	} else if (strcmp(format, "json") == 0) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (strcmp(format, "table") == 0) {
		print_table(list);
	} else {
		return fail_input("list --format %s: must be table or json", format);
	}
	return fflush(stdout) < 0 ? fail("write the list") : 0;
}

static int list_all(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *format = "table";
	bool quiet = false;
	const struct verb_option options[] = {
		{ "format f", VALUE_TEXT, &format, "table or json" },
		{ "quiet q", VALUE_NONE, &quiet, "the IDs alone" },
		{ NULL, VALUE_NONE, NULL, NULL },
	};
	json_t *list;
	int result;

	if (!verb_read(verb, options, words, 0, 0))
		return -1;
	list = json_array();
	result = read_all(runtime, list);
	if (result == 0)
		result = print(list, format, quiet);
	json_decref(list);
	return result;
}

const struct verb verb_list = {
	"list", "", "List the containers", 1, list_all,
};
