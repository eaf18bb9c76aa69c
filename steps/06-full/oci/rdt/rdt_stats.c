#include "rdt_stats.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"

/*
 * The text of a file, without the newline at its end; the caller frees it. NULL: it cannot be read.
 */
__attribute__((format(printf, 1, 2))) static char *read_text(const char *format, ...)
{
	autofree char *path = NULL;
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&path, format, arguments) >= 0)
		text = file_read(path);
	va_end(arguments);
	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Leaves out what is no number: the kernel may say "Unavailable". */
static void add_number(json_t *object, const char *key, const char *text)
{
	char *end;
	unsigned long long number = text ? strtoull(text, &end, 10) : 0;

	if (text && *text && !*end)
		json_object_set_new(object, key, json_integer((json_int_t)number));
}

/* Adds an object only if there is something in it. */
static void add_object(json_t *object, const char *key, json_t *value)
{
	if (json_object_size(value) || json_array_size(value))
		json_object_set_new(object, key, value);
	else
		json_decref(value);
}

/* Adds what the processor has of a resource, "L3" or "MB": the files of its directory in info/. */
static void add_info(json_t *object, const char *key, const char *root, const char *resource)
{
	static const char *const names[] = { "min_cbm_bits", "num_closids", "bandwidth_gran",
					     "delay_linear", "min_bandwidth" };
	autofree char *mask = read_text("%s/info/%s/cbm_mask", root, resource);
	json_t *info = json_object();

	if (mask)
		json_object_set_new(info, "cbm_mask", json_string(mask));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autofree char *text = read_text("%s/info/%s/%s", root, resource, names[i]);

		add_number(info, names[i], text);
	}
	add_object(object, key, info);
}

/* The line of a resource in a file `schemata`, before which the kernel writes spaces. */
static void add_line(json_t *object, const char *key, const char *directory, const char *resource)
{
	autofree char *path = NULL, *text = NULL;
	size_t length = strlen(resource);

	if (asprintf(&path, "%s/schemata", directory) < 0)
		return;
	text = file_read(path);
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		line += strspn(line, " \t");
		if (strncmp(line, resource, length) == 0 && line[length] == ':')
			json_object_set_new(object, key, json_string(line));
	}
}

/* The use in each domain: the files of mon_data/mon_L3_00, mon_L3_01 and so on. */
static void add_domains(json_t *object, const char *group)
{
	static const char *const bandwidth[] = { "mbm_total_bytes", "mbm_local_bytes" };
	json_t *mbm = json_array(), *cmt = json_array();
	autofree char *path = NULL;
	struct dirent **domains = NULL;
	int count = asprintf(&path, "%s/mon_data", group) < 0
		? 0
		: scandir(path, &domains, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = domains[i]->d_name;
		json_t *used = json_object(), *held = json_object();
		autofree char *occupancy = read_text("%s/%s/llc_occupancy", path, name);

		for (size_t j = 0; *name != '.' && j < 2; j++) {
			autofree char *text = read_text("%s/%s/%s", path, name, bandwidth[j]);

			add_number(used, bandwidth[j], text);
		}
		add_number(held, "llc_occupancy", occupancy);
		json_array_append_new(json_object_size(used) ? mbm : NULL, used);
		json_array_append_new(json_object_size(held) ? cmt : NULL, held);
		free(domains[i]);
	}
	free(domains);
	add_object(object, "mbm_stats", mbm);
	add_object(object, "cmt_stats", cmt);
}

json_t *rdt_stats(const char *root, const char *class, const char *group)
{
	json_t *object = json_object();

	add_info(object, "l3_cache_info", root, "L3");
	add_info(object, "mem_bw_info", root, "MB");
	add_line(object, "l3_cache_schema_root", root, "L3");
	add_line(object, "l3_cache_schema", class, "L3");
	add_line(object, "mem_bw_schema_root", root, "MB");
	add_line(object, "mem_bw_schema", class, "MB");
	add_domains(object, *group ? group : class);
	return object;
}
