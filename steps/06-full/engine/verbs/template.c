#include "template.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "printable.h"

static const char spaces[] = " \t\n";

/* An action: the text between "{{" and "}}". */
struct action {
	bool is_json;
	const char *path; /* ".State.Status" */
	size_t length;
};

/* ---- Reading ---- */

/* Returns the length of a path at the beginning of the text; 0: there is none. */
static size_t path_length(const char *text)
{
	size_t length = 0;

	if (*text != '.')
		return 0;
	while (text[length] == '.' || text[length] == '_' || isalnum((unsigned char)text[length]))
		length++;
	return length;
}

/* Reads what follows "{{". Returns what follows "}}", or NULL: it is more than a field. */
static const char *read_action(const char *text, struct action *action)
{
	size_t length;

	text += strspn(text, spaces);
	action->is_json = strncmp(text, "json", 4) == 0 && strchr(spaces, text[4]) && text[4];
	if (action->is_json)
		text += 4 + strspn(text + 4, spaces);
	length = path_length(text);
	action->path = text;
	action->length = length;
	text += length;
	text += strspn(text, spaces);
	return length > 0 && strncmp(text, "}}", 2) == 0 ? text + 2 : NULL;
}

bool template_is_word(const char *format)
{
	return strcmp(format, "json") == 0 || strcmp(format, "table") == 0;
}

int template_check(const char *verb, const char *format)
{
	struct action action;

	if (template_is_word(format))
		return 0;
	if (!strstr(format, "{{") || strncmp(format, "table ", strlen("table ")) == 0)
		return fail_input("%s --format %s: must be table, json or a text with {{.FIELD}}",
				  verb, format);
	for (const char *next; (next = strstr(format, "{{")); format = next) {
		const char *begin = next;
		const char *end = strstr(begin, "}}");

		next = read_action(begin + 2, &action);
		if (!next)
			return fail_input(
				"%s --format: %.*s: of Go's templates only {{.FIELD}} and "
				"{{json .FIELD}} are known here; for more, jq(1) reads JSON",
				verb, end ? (int)(end + 2 - begin) : (int)strlen(begin), begin);
	}
	return 0;
}

/* ---- Printing ---- */

static void write_value(const json_t *value, FILE *output);

/* In the order of the keys, as Go writes a map. */
static void write_map(const json_t *map, FILE *output)
{
	autofree char *sorted = json_dumps(map, JSON_SORT_KEYS);
	json_t *copy = sorted ? json_loads(sorted, 0, NULL) : NULL, *value;
	const char *key, *before = "";

	fputs("map[", output);
	json_object_foreach(copy, key, value)
	{
		fprintf(output, "%s%s:", before, key);
		write_value(value, output);
		before = " ";
	}
	fputc(']', output);
	json_decref(copy);
}

static void write_list(const json_t *list, FILE *output)
{
	json_t *value;
	size_t i;

	fputc('[', output);
	json_array_foreach(list, i, value)
	{
		if (i > 0)
			fputc(' ', output);
		write_value(value, output);
	}
	fputc(']', output);
}

/* Writes a value as Go's templates do. */
static void write_value(const json_t *value, FILE *output)
{
	if (json_is_string(value))
		fputs(json_string_value(value), output);
	else if (json_is_object(value))
		write_map(value, output);
	else if (json_is_array(value))
		write_list(value, output);
	else if (json_is_null(value))
		fputs("<nil>", output);
	else
		json_dumpf(value, output, JSON_ENCODE_ANY);
}

/* A setting that an image does not say is left out in its JSON. In Docker it is there, and empty.
 */
static const json_t *find_empty(const json_t *object, const char *key)
{
	static const struct {
		const char *key, *value;
	} empty[] = {
		{ "User", "\"\"" }, { "WorkingDir", "\"\"" }, { "StopSignal", "\"\"" },
		{ "Env", "[]" },    { "Cmd", "[]" },	      { "Entrypoint", "[]" },
		{ "Labels", "{}" }, { "Volumes", "{}" },      { "ExposedPorts", "{}" },
	};

	for (size_t i = 0; object && i < sizeof(empty) / sizeof(empty[0]); i++)
		if (strcmp(key, empty[i].key) == 0)
			return json_loads(empty[i].value, JSON_DECODE_ANY, NULL);
	return NULL;
}

/* Returns the field, or NULL: there is none. The command ends soon, so no value is freed. */
static const json_t *find(const json_t *object, const struct action *action)
{
	autofree char *path = strndup(action->path + 1, action->length - 1);
	const json_t *settings = json_object_get(object, "Config");
	char *rest = path;

	for (char *name; object && (name = strsep(&rest, "."));) {
		const json_t *field = json_object_get(object, name);

		if (!*name) /* "{{.}}" */
			continue;
		object = field || object != settings ? field : find_empty(object, name);
	}
	return object;
}

static int write_action(const struct action *action, const json_t *object, FILE *output)
{
	const json_t *value = find(object, action);
	autofree char *text = NULL;
	FILE *stream;
	size_t size;

	if (!value)
		return fail_input("--format: there is no field %.*s; {{json .}} shows all",
				  (int)action->length, action->path);
	if (action->is_json)
		return json_dumpf(value, output, JSON_COMPACT | JSON_ENCODE_ANY);
	stream = open_memstream(&text, &size);
	if (!stream)
		return fail("open_memstream");
	write_value(value, stream);
	fclose(stream);
	if (isatty(STDOUT_FILENO)) /* which would obey control characters */
		printable_make(text);
	fputs(text, output);
	return 0;
}

/* Writes text until "{{" or the end. Returns what follows. */
static const char *write_text(const char *text, bool has_escapes, FILE *output)
{
	while (*text && strncmp(text, "{{", 2) != 0) {
		const bool is_escape =
			has_escapes && *text == '\\' && (text[1] == 't' || text[1] == 'n');

		if (is_escape)
			fputc(*++text == 't' ? '\t' : '\n', output);
		else
			fputc(*text, output);
		text++;
	}
	return text;
}

static int write_line(const char *format, const json_t *object, bool has_escapes, FILE *output)
{
	struct action action;

	for (;;) {
		format = write_text(format, has_escapes, output);
		if (!*format)
			return 0;
		format = read_action(format + 2, &action);
		if (!format || write_action(&action, object, output) < 0)
			return -1;
	}
}

int template_print(const char *format, const json_t *object, bool has_escapes)
{
	autofree char *line = NULL;
	size_t size;
	FILE *output = open_memstream(&line, &size);
	int result;

	if (!output)
		return fail("open_memstream");
	if (strcmp(format, "json") == 0)
		result = json_dumpf(object, output, JSON_COMPACT);
	else
		result = write_line(format, object, has_escapes, output);
	fclose(output);
	if (result < 0)
		return *fail_get()->text ? -1 : fail_input("--format: no memory");
	puts(line);
	return 0;
}

int template_print_list(const char *format, json_t *list)
{
	json_t *object;
	size_t i;

	if (template_is_word(format)) {
		json_dumpf(list, stdout, JSON_INDENT(4));
		putchar('\n');
	} else {
		json_array_foreach(list, i, object)
		{
			if (template_print(format, object, false) < 0)
				return -1;
		}
	}
	json_decref(list);
	return fflush(stdout) < 0 ? fail("write what was found") : 0;
}
