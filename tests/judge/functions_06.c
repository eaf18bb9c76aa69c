/* Lab 06: capabilities.c and masked_paths.c. */
#include <stdio.h>
#include <string.h>

#include "become.h"
#include "capabilities.h"
#include "lists_06.h"
#include "masked_paths.h"
#include "subject.h"

static int write_text(uint64_t set, char *text)
{
	return snprintf(text, CAPABILITIES_TEXT, "%s", capabilities_text(set));
}

static size_t split(char *text, const char **paths)
{
	size_t count = 0;

	for (char *path; (path = strsep(&text, "\n"));)
		if (*path && count < PATHS_MAX)
			paths[count++] = path;
	return count;
}

static int cover(char *masked, char *read_only, char *writable, const char *label, int root)
{
	const char *lists[3][PATHS_MAX];
	const struct masked_paths paths = {
		.masked = lists[0],
		.masked_count = split(masked, lists[0]),
		.read_only = lists[1],
		.read_only_count = split(read_only, lists[1]),
		.writable = lists[2],
		.writable_count = split(writable, lists[2]),
		.label = label,
	};

	return masked_paths_cover(&paths, root);
}

const struct function functions[] = {
	FUNCTION(capabilities_fill),
	FUNCTION(capabilities_for_user),
	FUNCTION(capabilities_by_name),
	FUNCTION(write_text),
	FUNCTION(capabilities_held),
	FUNCTION(capabilities_limit),
	FUNCTION(capabilities_apply),
	FUNCTION(become),
	FUNCTION(cover),
	{ 0 },
};
