#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "printable.h"
#include "state.h"
#include "verbs.h"

/*
 * Adds a container to the list. One that was deleted meanwhile, or is just being made, is left out.
 * A state that cannot be read is a warning, so that the others are still listed.
 */
static int add(const struct runtime *runtime, const char *id, json_t *list)
{
	autostate struct state state = STATE_NONE;
	int found = state_open(&state, runtime->root, id, false);

	if (found == 0 && json_array_append_new(list, state_object(&state)) < 0)
		return fail_input("list: no memory");
	if (found < 0)
		fail_warn("%s", fail_get()->text);
	if (found != 0)
		fail_forget();
	return 0;
}

static int read_all(const struct runtime *runtime, json_t *list)
{
	struct dirent **entries;
	int count = scandir(runtime->root, &entries, NULL, alphasort), result = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : state_fail_root("scandir", runtime->root);
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

/* A bundle's path may have control characters in it, which a terminal would obey. */
static int print_row(const json_t *state)
{
	autofree char *row = NULL;

	if (asprintf(&row, "%-20s %-8lld %-9s %-30s %-30s %s", text(state, "id"),
		     (long long)json_integer_value(json_object_get(state, "pid")),
		     text(state, "status"), text(state, "bundle"), text(state, "created"),
		     text(state, "owner")) < 0)
		return fail("asprintf");
	printable_make(row);
	puts(row);
	return 0;
}

static int print_table(const json_t *list)
{
	size_t i;
	json_t *state;

	printf("%-20s %-8s %-9s %-30s %-30s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED",
	       "OWNER");
	json_array_foreach(list, i, state)
	{
		if (print_row(state) < 0)
			return -1;
	}
	return 0;
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
		if (print_table(list) < 0)
			return -1;
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
		{ "format", 'f', "FORMAT", VALUE_TEXT, &format, "Print a table or json" },
		{ "quiet", 'q', NULL, VALUE_NONE, &quiet, "Print only the IDs" },
		{ 0 },
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
