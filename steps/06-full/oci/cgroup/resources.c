#include "resources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

/* A limit without a file of v1 is looked up in v2, whichever controller it belongs to. */
static const struct hierarchy *find_hierarchy(const struct limit *limit,
					      const struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory < 0)
			continue;
		if (limit->v1 ? hierarchy->controllers & limit->controllers
			      : hierarchy->version == 2)
			return hierarchy;
	}
	return NULL;
}

static int refuse(const struct limit *limit, const struct hierarchy *hierarchy)
{
	if (hierarchy)
		return fail_input("%s: cgroup v%d has none", limit->name, hierarchy->version);
	if (!limit->v1)
		return fail_input("%s: this machine has no cgroup v2", limit->name);
	return fail_input("%s: no cgroup hierarchy here has the controller %.*s and may be written "
			  "to",
			  limit->name, (int)strcspn(limit->v1, "."), limit->v1);
}

bool resources_find(const struct limit *limit, const struct cgroup *cgroup,
		    struct resource_place *place)
{
	const struct hierarchy *hierarchy = find_hierarchy(limit, cgroup);
	bool v1 = hierarchy && hierarchy->version == 1;
	const char *names = v1 ? limit->v1 : limit->v2;

	*place = (struct resource_place){ .hierarchy = hierarchy };
	if (!hierarchy || !names)
		return false;
	place->text = v1 ? limit->v1_text : limit->v2_text;
	place->length = strlen(place->text);
	/* Use the name that exists; the last one, if none does. */
	while (strchr(names, '|')) {
		snprintf(place->file, sizeof(place->file), "%.*s", (int)strcspn(names, "|"), names);
		place->length = strcspn(place->text, "|");
		if (cgroup_has(hierarchy->directory, place->file))
			return true;
		names = strchr(names, '|') + 1;
		place->text += place->length + 1;
		place->length = strlen(place->text);
	}
	snprintf(place->file, sizeof(place->file), "%s", names);
	return true;
}

/*
 * Returns the text to write to a file. If `text` begins with "= ", the first word of the file takes
 * the place of the "=". The caller frees the result. NULL: the file cannot be read, or there is no
 * memory.
 */
static char *complete_text(int directory, const char *file, const char *text)
{
	autofree char *now = NULL;
	char *complete = NULL;

	if (strncmp(text, "= ", 2) != 0)
		return strdup(text);
	now = cgroup_read(directory, file);
	if (now && asprintf(&complete, "%.*s %s", (int)strcspn(now, " \n"), now, text + 2) < 0)
		return NULL;
	return complete;
}

static int refuse_missing(const struct limit *limit, const struct resource_place *place)
{
	return fail("invalid configuration: %s: the requested cgroup controller "
		    "`%.*s` is not available, or cgroup v%d has no %s here",
		    limit->name, (int)strcspn(place->file, "."), place->file,
		    place->hierarchy->version, place->file);
}

/*
 * Checks that there is a file for the limit. Returns 1, 0 if the limit is optional and has none, or
 * -1.
 */
static int check(const struct limit *limit, const struct cgroup *cgroup)
{
	struct resource_place place;

	if (!resources_find(limit, cgroup, &place))
		return limit->is_optional ? 0 : refuse(limit, place.hierarchy);
	if (cgroup_has(place.hierarchy->directory, place.file))
		return 1;
	return limit->is_optional ? 0 : refuse_missing(limit, &place);
}

/* Returns 0, 1 if the kernel refuses the value (which is in the message then), or -1. */
static int write_one(struct limit *limit, const struct cgroup *cgroup)
{
	autofree char *text = NULL, *whole = NULL;
	struct resource_place place;

	if (!resources_find(limit, cgroup, &place))
		return 0;
	if (!limit->before)
		limit->before = resources_before(&place);
	text = strndup(place.text, place.length);
	whole = text ? complete_text(place.hierarchy->directory, place.file, text) : NULL;
	if (!whole)
		return fail("read %s", place.file);
	narrate("write %s %s", place.file, whole);
	if (cgroup_try_write(place.hierarchy->directory, place.file, whole) < 0) {
		resources_explain(limit, &place, whole);
		return 1;
	}
	limit->is_written = true;
	return 0;
}

/* Fails if more memory is used than a new limit allows. Returns 0 or -1. */
static int check_memory(const struct limit *limit, const struct cgroup *cgroup)
{
	struct resource_place place;
	uint64_t used;

	if (limit->row != &limit_rows[LIMIT_MEMORY] || !resources_find(limit, cgroup, &place))
		return 0;
	used = cgroup_read_number(
		place.hierarchy->directory,
		place.hierarchy->version == 1 ? "memory.usage_in_bytes" : "memory.current", NULL);
	if (used == CGROUP_UNKNOWN || used <= (uint64_t)limit->number)
		return 0;
	return fail_input("%s: the limit of %jd bytes is too low: %ju bytes are used already",
			  limit->name, limit->number, (uintmax_t)used);
}

static int write_all(struct limits *limits, const struct cgroup *cgroup, bool *again)
{
	for (size_t i = 0; i < limits->count; i++) {
		int result = again[i] ? write_one(&limits->list[i], cgroup) : 0;

		if (result < 0)
			return -1;
		again[i] = result > 0;
		if (again[i])
			fail_forget();
	}
	for (size_t i = 0; i < limits->count; i++)
		if (again[i] && write_one(&limits->list[i], cgroup) != 0)
			return -1;
	return 0;
}

int resources_write(struct limits *limits, const struct cgroup *cgroup)
{
	autofree bool *wanted = calloc(limits->count + 1, sizeof(*wanted));

	if (!wanted)
		return fail("calloc");
	for (size_t i = 0; i < limits->count; i++) {
		int result = check(&limits->list[i], cgroup);

		if (result < 0)
			return -1;
		if (limits->check_memory && check_memory(&limits->list[i], cgroup) < 0)
			return -1;
		wanted[i] = result > 0;
	}
	if (write_all(limits, cgroup, wanted) == 0)
		return 0;
	resources_undo(limits, cgroup);
	return -1;
}
