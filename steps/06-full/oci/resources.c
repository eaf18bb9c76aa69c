#include "resources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

int resources_add(struct resources *resources, struct resource resource)
{
	struct resource *grown =
		reallocarray(resources->list, resources->count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	resources->list = grown;
	grown[resources->count++] = resource;
	return 0;
}

unsigned int resources_controllers(const struct resources *resources)
{
	unsigned int set = resources->unified;

	for (size_t i = 0; i < resources->count; i++)
		set |= resources->list[i].controller < CONTROLLERS
			? SET(resources->list[i].controller)
			: 0;
	return set;
}

static const struct hierarchy *find(const struct resource *resource, const struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->hierarchy_count; i++) {
		const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

		if (hierarchy->directory < 0)
			continue;
		if (resource->controller == CONTROLLERS
			    ? hierarchy->version == 2
			    : hierarchy->controllers & SET(resource->controller))
			return hierarchy;
	}
	return NULL;
}

static int refuse(const struct resource *resource, const struct hierarchy *hierarchy)
{
	if (hierarchy)
		return fail_input("linux.resources.%s: cgroup v%d has none", resource->field,
				  hierarchy->version);
	if (resource->controller == CONTROLLERS)
		return fail_input("linux.resources.%s: this machine has no cgroup v2",
				  resource->field);
	return fail_input("linux.resources.%s: no cgroup hierarchy here has the controller %s and "
			  "may be written to",
			  resource->field,
			  hierarchy_controller(1, resource->controller)
				  ? hierarchy_controller(1, resource->controller)
				  : hierarchy_controller(2, resource->controller));
}

/*
 * The one of "blkio.bfq.weight|blkio.weight" that is there; the last, if none is. Its text is at
 * the same place of *text.
 */
static void choose_file(int directory, const char *names, const char **text, char file[128])
{
	for (;;) {
		size_t length = strcspn(names, "|");

		snprintf(file, 128, "%.*s", (int)length, names);
		if (!names[length] || cgroup_has(directory, file))
			return;
		names += length + 1;
		*text = strchr(*text, '|') + 1;
	}
}

char *resources_complete(int directory, const char *file, const char *text)
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

/* Returns 0, 1 if the kernel refuses the value (which is in the message then), or -1. */
static int write_one(const struct resource *resource, const struct cgroup *cgroup)
{
	const struct hierarchy *hierarchy = find(resource, cgroup);
	bool v1 = hierarchy && hierarchy->version == 1;
	const char *names = v1 ? resource->v1 : resource->v2;
	const char *text = v1 ? resource->v1_text : resource->v2_text;
	autofree char *whole = NULL;
	char file[128];

	if (!hierarchy || !names)
		return refuse(resource, hierarchy);
	choose_file(hierarchy->directory, names, &text, file);
	whole = strchr(names, '|') ? strndup(text, strcspn(text, "|"))
				   : resources_complete(hierarchy->directory, file, text);
	if (!whole)
		return fail("read %s", file);
	narrate("write %s %s", file, whole);
	if (cgroup_try_write(hierarchy->directory, file, whole) == 0)
		return 0;
	if (errno == ENOENT)
		return fail("invalid configuration: linux.resources.%s: the requested cgroup "
			    "controller `%.*s` is not available, or cgroup v%d has no %s here",
			    resource->field, (int)strcspn(file, "."), file, hierarchy->version,
			    file);
	fail("write %s %s (linux.resources.%s)", file, whole, resource->field);
	return 1;
}

/* Whether more is used than a new limit allows. */
static int check_memory(const struct resource *resource, const struct cgroup *cgroup)
{
	const struct hierarchy *hierarchy = find(resource, cgroup);
	bool v1 = hierarchy && hierarchy->version == 1;
	uint64_t used, limit;

	if (!hierarchy || strcmp(resource->field, "memory.limit") != 0)
		return 0;
	used = cgroup_read_number(hierarchy->directory,
				  v1 ? "memory.usage_in_bytes" : "memory.current", NULL);
	limit = strtoull(resource->v1_text, NULL, 10);
	if (used == CGROUP_UNKNOWN || used <= limit)
		return 0;
	return fail_input("linux.resources.memory.limit: %ju bytes are used already",
			  (uintmax_t)used);
}

int resources_write(const struct resources *resources, const struct cgroup *cgroup)
{
	autofree bool *again = calloc(resources->count + 1, sizeof(*again));

	if (!again)
		return fail("calloc");
	for (size_t i = 0; i < resources->count; i++) {
		int result;

		if (resources->check_memory && check_memory(&resources->list[i], cgroup) < 0)
			return -1;
		result = write_one(&resources->list[i], cgroup);
		if (result < 0)
			return -1;
		again[i] = result > 0;
		if (again[i])
			fail_forget();
	}
	for (size_t i = 0; i < resources->count; i++)
		if (again[i] && write_one(&resources->list[i], cgroup) != 0)
			return -1;
	return 0;
}
