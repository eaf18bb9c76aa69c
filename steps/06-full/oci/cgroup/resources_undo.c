/* resources.h: the values before limits were written, and how they are written back. */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "resources.h"

/* The value of a device that has no line in the file, by the beginning of the file's name. */
static const struct {
	const char *file, *nothing;
} unlisted[] = {
	{ "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ "io.", "default" },
	{ "blkio.", "0" },
};

/*
 * True if the file has a line for each device or key. The text then begins with it, as in "8:0
 * 600".
 */
static bool has_key(const struct resource_place *place)
{
	size_t first = strcspn(place->text, " ");

	if (strcmp(place->file, "rdma.max") == 0 || strcmp(place->file, "misc.max") == 0 ||
	    strcmp(place->file, "net_prio.ifpriomap") == 0)
		return true;
	return first < place->length && memchr(place->text, ':', first);
}

static char *line_of_key(const char *content, const struct resource_place *place)
{
	size_t length = strcspn(place->text, " ") + 1;
	char *line = NULL;

	for (const char *rest = content; *rest; rest += strcspn(rest, "\n"), rest += *rest == '\n')
		if (strncmp(rest, place->text, length) == 0)
			return strndup(rest, strcspn(rest, "\n"));
	for (size_t i = 0; i < sizeof(unlisted) / sizeof(unlisted[0]); i++)
		if (strncmp(place->file, unlisted[i].file, strlen(unlisted[i].file)) == 0) {
			if (asprintf(&line, "%.*s%s", (int)length, place->text,
				     unlisted[i].nothing) < 0)
				line = NULL;
			break;
		}
	return line;
}

char *resources_before(const struct resource_place *place)
{
	autofree char *content = file_read_at(place->hierarchy->directory, place->file);
	size_t length;

	if (!content)
		return NULL;
	if (has_key(place))
		return line_of_key(content, place);
	/* The file begins with "oom_kill_disable 0". Its other lines are no settings. */
	if (strcmp(place->file, "memory.oom_control") == 0)
		return strndup(content + strcspn(content, " "), 2);
	/* An empty list of processors is written as an empty line. */
	length = strcspn(content, "\n");
	return length ? strndup(content, length) : strdup("\n");
}

/* Returns true if all old values are back. */
static bool try_undo(const struct limits *limits, const struct cgroup *cgroup, bool warn)
{
	bool complete = true;

	for (size_t i = limits->count; i-- > 0;) {
		const struct limit *limit = &limits->list[i];
		struct resource_place place;

		if (!limit->is_written || !resources_find(limit, cgroup, &place))
			continue;
		if (limit->before) {
			narrate("write %s %s", place.file, limit->before);
			if (cgroup_try_write(place.hierarchy->directory, place.file,
					     limit->before) == 0)
				continue;
		}
		complete = false;
		if (warn)
			fail_warn("%s: %s stays as it is now, and cannot be %s again", limit->name,
				  place.file, limit->before ? limit->before : "what it was");
	}
	return complete;
}

/* Tries twice, as resources_write() does, since some limits depend on others. */
void resources_undo(const struct limits *limits, const struct cgroup *cgroup)
{
	if (!try_undo(limits, cgroup, false))
		try_undo(limits, cgroup, true);
}
