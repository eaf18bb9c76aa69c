#include "json.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"

/*
 * jansson reads no whole number above 2^63-1, but 2^64-1 is common: it means "unlimited". So such a
 * number is turned into a text that begins with DEL, before jansson reads it. No name and no path
 * contains this character.
 */
#define BIG	   '\x7f'
#define BIG_DIGITS 19

/*
 * TEXT_MAX is far more than any configuration has. The limit ends the reading of a device or a
 * sparse file.
 */
enum { TEXT_FIRST = 64 << 10, TEXT_MAX = 32 << 20 };

/* ---- Problems ---- */

/* Appends the path of a value, "linux.devices[2].path", to `text`. */
static void append_path(const struct json *at, char *text, size_t size)
{
	size_t used;

	if (!at->parent)
		return;
	append_path(at->parent, text, size);
	used = strlen(text);
	if (at->key)
		snprintf(text + used, size - used, "%s%s", used ? "." : "", at->key);
	else
		snprintf(text + used, size - used, "[%zu]", at->index);
}

int json_problem(const struct json *at, const char *what, ...)
{
	struct json_problems *problems = at->problems;
	char path[256] = "", text[400];
	size_t used = strlen(problems->text);
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	append_path(at, path, sizeof(path));
	snprintf(problems->text + used, sizeof(problems->text) - used, "%s%s: %s", used ? "; " : "",
		 *path ? path : "the object", text);
	problems->count++;
	return -1;
}

int json_finish(const char *path, const struct json_problems *problems)
{
	return problems->count ? fail_input("%s: %s", path, problems->text) : 0;
}

/* ---- Reading ---- */

/*
 * Returns true if the text is complete: not too long, and without NUL. Otherwise keeps a message.
 */
static bool is_whole(const char *path, const char *text, size_t length)
{
	if (length > TEXT_MAX)
		return fail_input("%s: has more than %d bytes", path, TEXT_MAX) == 0;
	if (strlen(text) < length)
		return fail_input("%s: byte %zu is NUL, which JSON does not have", path,
				  strlen(text) + 1) == 0;
	return true;
}

/* Reads all of a stream. Returns its text, or NULL. */
static char *read_stream(FILE *stream, const char *path)
{
	autofree char *text = NULL;
	char *whole;
	size_t used = 0, size = 0, got;

	do {
		char *grown = realloc(text, (size = size ? 2 * size : TEXT_FIRST) + 1);

		if (!grown) {
			fail("read %s", path);
			return NULL;
		}
		text = grown;
		got = fread(text + used, 1, size - used, stream);
		used += got;
		text[used] = '\0';
	} while (got > 0 && used == size && used <= TEXT_MAX);
	if (ferror(stream)) {
		fail("read %s", path);
		return NULL;
	}
	if (!is_whole(path, text, used))
		return NULL;
	whole = text;
	text = NULL;
	return whole;
}

char *json_read_text(const char *path)
{
	autofile FILE *file = NULL;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, "standard input");
	file = fopen(path, "re");
	if (file)
		return read_stream(file, path);
	fail("open %s", path);
	return NULL;
}

/* Returns the end of the string that begins at `text`: behind its second quotation mark. */
static const char *skip_string(const char *text)
{
	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && text[1])
			text++;
	return *text ? text + 1 : text;
}

/* Returns true if the `length` digits are a whole number from 2^63 to 2^64-1. */
static bool is_big(const char *digits, size_t length)
{
	if (length < BIG_DIGITS || strchr(".eE", digits[length] ? digits[length] : ' '))
		return false;
	errno = 0;
	return strtoull(digits, NULL, 10) > INT64_MAX && errno == 0;
}

/* Returns the next big number outside of strings, with its length; or the text's end, with 0. */
static const char *find_big(const char *text, size_t *length)
{
	char before = '\0';

	while (*text) {
		const char *end = *text == '"' ? skip_string(text) : text + 1;

		if (isdigit((unsigned char)*text)) {
			*length = strspn(text, "0123456789");
			end = text + *length;
			if (before != '-' && is_big(text, *length))
				return text;
		}
		before = end[-1];
		text = end;
	}
	*length = 0;
	return text;
}

/* Returns a copy of the text in which the big numbers are strings; NULL if there is no memory. */
static char *mark_big(const char *text)
{
	char *copy = NULL;
	size_t size, length;
	FILE *out = open_memstream(&copy, &size);

	if (!out)
		return NULL;
	do {
		const char *big = find_big(text, &length);

		fwrite(text, 1, (size_t)(big - text), out);
		if (length)
			fprintf(out, "\"%c%.*s\"", BIG, (int)length, big);
		text = big + length;
	} while (length);
	return fclose(out) == 0 ? copy : NULL;
}

int json_read(const char *path, struct json_problems *problems, struct json *root)
{
	autofree char *text = json_read_text(path);

	return text ? json_parse(text, path, problems, root) : -1;
}

int json_parse(const char *text, const char *path, struct json_problems *problems,
	       struct json *root)
{
	autofree char *marked = mark_big(text);
	json_error_t error;

	*problems = (struct json_problems){ 0 };
	*root = (struct json){ .problems = problems };
	if (!marked)
		return fail("read %s", path);
	root->value = json_loads(marked, 0, &error);
	if (!root->value)
		return fail_input("%s: line %d: %s", path, error.line, error.text);
	return json_is_object(root->value) ? 0 : fail_input("%s: must be an object", path);
}

/* ---- Values ---- */

json_t *json_members(const struct json *object)
{
	if (!object->value || json_is_object(object->value))
		return object->value;
	json_problem(object, "must be an object");
	return NULL;
}

struct json json_entry(const struct json *object, const char *key)
{
	struct json entry = { .parent = object, .key = key, .problems = object->problems };

	entry.value = json_object_get(json_members(object), key);
	if (json_is_null(entry.value))
		entry.value = NULL;
	return entry;
}

/* Looks at all members, as Go's decoder does: of "args" and "Args", the last one counts. */
struct json json_member(const struct json *object, const char *key)
{
	struct json member = { .parent = object, .key = key, .problems = object->problems };
	json_t *members = json_members(object), *value;
	const char *name;

	json_object_foreach(members, name, value) if (strcasecmp(name, key) == 0 &&
						      !json_is_null(value)) member.value = value;
	return member;
}

size_t json_count(const struct json *array)
{
	if (array->value && !json_is_array(array->value))
		json_problem(array, "must be an array");
	return json_array_size(array->value);
}

struct json json_element(const struct json *array, size_t index)
{
	return (struct json){
		.value = json_array_get(array->value, index),
		.parent = array,
		.index = index,
		.problems = array->problems,
	};
}

bool json_get_bool(const struct json *object, const char *key, bool *result)
{
	struct json member = json_member(object, key);

	if (!member.value)
		return false;
	if (!json_is_boolean(member.value))
		return json_problem(&member, "must be true or false") == 0;
	*result = json_is_true(member.value);
	return true;
}

const char *json_text(const struct json *at)
{
	const char *text = json_string_value(at->value);

	if (!text || *text == BIG) {
		json_problem(at, "must be a text");
		return NULL;
	}
	return text;
}

bool json_get_text(const struct json *object, const char *key, const char **result)
{
	struct json member = json_member(object, key);
	const char *text = member.value ? json_text(&member) : NULL;

	if (text)
		*result = text;
	return text;
}

/* Returns true if the member is there, or if the object is missing. Otherwise adds a problem. */
static bool is_there(const struct json *object, const char *key)
{
	struct json member = json_member(object, key);

	return member.value || !object->value || json_problem(&member, "must be there") == 0;
}

bool json_need_text(const struct json *object, const char *key, const char **result)
{
	return is_there(object, key) && json_get_text(object, key, result);
}

bool json_choose(const struct json *at, const struct json_name *names, size_t count,
		 uint32_t *value)
{
	const char *text = json_text(at);

	for (size_t i = 0; text && i < count; i++) {
		if (strcmp(names[i].name, text) == 0) {
			*value = names[i].value;
			return true;
		}
	}
	return text ? json_problem(at, "unknown: \"%s\"", text) == 0 : false;
}

uint32_t json_choose_all(const struct json *array, const struct json_name *names, size_t count)
{
	uint32_t all = 0;

	for (size_t i = 0; i < json_count(array); i++) {
		struct json element = json_element(array, i);
		uint32_t value = 0;

		json_choose(&element, names, count, &value);
		all |= value;
	}
	return all;
}

bool json_get_number(const struct json *object, const char *key, int64_t least, int64_t most,
		     int64_t *result)
{
	struct json member = json_member(object, key);
	int64_t number = json_integer_value(member.value);

	if (!member.value)
		return false;
	if (!json_is_integer(member.value))
		return json_problem(&member, "must be a whole number") == 0;
	if (number < least || number > most)
		return json_problem(&member, "must be from %jd to %jd", (intmax_t)least,
				    (intmax_t)most) == 0;
	*result = number;
	return true;
}

bool json_get_unsigned(const struct json *object, const char *key, uint64_t most, uint64_t *result)
{
	struct json member = json_member(object, key);
	const char *big = json_string_value(member.value);
	uint64_t number = (uint64_t)json_integer_value(member.value);

	if (!member.value)
		return false;
	if (big && *big == BIG)
		number = strtoull(big + 1, NULL, 10);
	else if (!json_is_integer(member.value) || json_integer_value(member.value) < 0)
		return json_problem(&member, "must be a whole number, not below 0") == 0;
	if (number > most)
		return json_problem(&member, "must be at most %ju", (uintmax_t)most) == 0;
	*result = number;
	return true;
}

bool json_need_unsigned(const struct json *object, const char *key, uint64_t most, uint64_t *result)
{
	return is_there(object, key) && json_get_unsigned(object, key, most, result);
}

bool json_get_texts(const struct json *object, const char *key, char ***result, size_t *count)
{
	struct json list = json_member(object, key);
	size_t length = json_count(&list);
	char **texts;

	if (!list.value || !json_is_array(list.value))
		return false;
	texts = json_allocate(&list, length + 1, sizeof(*texts));
	for (size_t i = 0; texts && i < length; i++) {
		struct json element = json_element(&list, i);

		texts[i] = (char *)json_text(&element);
	}
	if (!texts)
		return false;
	*result = texts;
	if (count)
		*count = length;
	return true;
}

void *json_allocate(const struct json *at, size_t count, size_t size)
{
	void *memory = count ? calloc(count, size) : NULL;

	if (count && !memory)
		json_problem(at, "there is no memory for it");
	return memory;
}
