/* config.json: linux.intelRdt. */
#include <stdio.h>
#include <string.h>

#include "config_parts.h"

/*
 * True if the name is one of a class: "/", the root of resctrl, or a directory below it that is not
 * one of the kernel's own.
 */
static bool is_class(const char *name)
{
	static const char *const taken[] = { ".", "..", "info", "mon_groups", "mon_data" };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(name, taken[i]) == 0)
			return false;
	return strcmp(name, "/") == 0 || !strpbrk(name, "/\n");
}

/*
 * Joins the lines of l3CacheSchema and memBwSchema. memBwSchema replaces the lines for the
 * bandwidth in l3CacheSchema.
 */
static const char *join_caches(const struct json *object, const char *cache, const char *bandwidth)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (const char *line = cache; out && *line;) {
		int length = (int)strcspn(line, "\n");

		if (length && !(*bandwidth && strncmp(line, "MB:", 3) == 0))
			fprintf(out, "%s%.*s", ftell(out) ? "\n" : "", length, line);
		line += length + (line[length] == '\n');
	}
	if (out && *bandwidth)
		fprintf(out, "%s%s", ftell(out) ? "\n" : "", bandwidth);
	if (!out || fclose(out) != 0)
		json_problem(object, "there is no memory for it");
	return text && *text ? text : NULL;
}

/* Reads schemata, a list of lines. In version 1.2 and its drafts it was one text. */
static const char *read_schemata(const struct json *object)
{
	struct json member = json_member(object, "schemata");
	char *text = NULL, **lines = NULL;
	const char *one = NULL;
	size_t size, count = 0;
	FILE *out;

	if (json_is_string(member.value)) {
		json_get_text(object, "schemata", &one);
		return one && *one ? one : NULL;
	}
	if (!json_get_texts(object, "schemata", &lines, &count) || !count)
		return NULL;
	out = open_memstream(&text, &size);
	for (size_t i = 0; out && i < count; i++) {
		struct json line = json_element(&member, i);

		if (lines[i] && strchr(lines[i], '\n'))
			json_problem(&line, "must be one line");
		fprintf(out, "%s%s", i ? "\n" : "", lines[i] ? lines[i] : "");
	}
	if (!out || fclose(out) != 0)
		json_problem(&member, "there is no memory for it");
	return text;
}

static bool read_monitoring(const struct json *object)
{
	static const char *const names[] = { "enableMonitoring", "enableCMT", "enableMBM" };
	bool monitoring = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool wanted = false;

		json_get_bool(object, names[i], &wanted);
		monitoring = monitoring || wanted;
	}
	return monitoring;
}

void config_rdt(const struct json *linux_part, struct rdt *rdt)
{
	struct json object = json_member(linux_part, "intelRdt");
	struct json class = json_member(&object, "closID");
	struct json bandwidth = json_member(&object, "memBwSchema");
	const char *name = "", *l3 = "", *mb = "";

	*rdt = (struct rdt){ .is_set = object.value };
	if (!object.value)
		return;
	json_get_text(&object, "closID", &name);
	json_get_text(&object, "l3CacheSchema", &l3);
	json_get_text(&object, "memBwSchema", &mb);
	if (*name && !is_class(name))
		json_problem(&class, "must be a name without a slash, or \"/\", not \"%s\"", name);
	if (*mb && (strncmp(mb, "MB:", 3) != 0 || strchr(mb, '\n')))
		json_problem(&bandwidth, "must be one line that begins with \"MB:\"");
	rdt->class = *name ? name : NULL;
	rdt->caches = join_caches(&object, l3, mb);
	rdt->schemata = read_schemata(&object);
	rdt->monitoring = read_monitoring(&object);
}
