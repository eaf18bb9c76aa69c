/* systemd_property.h: properties from annotations, in a part of GVariant's text format. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "systemd_property.h"

static const char prefix[] = "org.systemd.property.";

enum { SECOND = 1000000 };

/* A value: the letter of its type, and its text. */
struct variant {
	char type;
	char text[256];
};

static const struct {
	const char *name;
	char letter;
} types[] = {
	{ "boolean", 'b' }, { "byte", 'y' },   { "int16", 'n' },      { "uint16", 'q' },
	{ "int32", 'i' },   { "uint32", 'u' }, { "int64", 'x' },      { "uint64", 't' },
	{ "double", 'd' },  { "string", 's' }, { "objectpath", 'o' },
};

static void skip_spaces(const char **text)
{
	*text += strspn(*text, " \t\n");
}

/* Reads a type, "uint64 " or "@t ". Returns its letter; 0: there is no type before the value. */
static char read_type(const char **text)
{
	size_t length;

	skip_spaces(text);
	length = strcspn(*text, " \t\n");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bool named = strlen(types[i].name) == length &&
			strncmp(*text, types[i].name, length) == 0;

		if (!named && !(length == 2 && **text == '@' && (*text)[1] == types[i].letter))
			continue;
		*text += length;
		skip_spaces(text);
		return types[i].letter;
	}
	return 0;
}

/* Reads 'text' or "text". A backslash may stand only before a quote or another backslash. */
static bool read_string(const char **text, struct variant *value)
{
	char quote = *(*text)++;
	size_t length = 0;

	for (; **text && **text != quote && length < sizeof(value->text) - 1; (*text)++) {
		if (**text == '\\' && (!*++(*text) || !strchr("\\'\"", **text)))
			return false;
		value->text[length++] = **text;
	}
	value->text[length] = '\0';
	return *(*text)++ == quote;
}

/*
 * Reads a value that is no array. Without a type before it, the form of the value tells the type.
 */
static bool read_value(const char **text, struct variant *value)
{
	size_t length;
	bool number;

	value->type = read_type(text);
	if (**text == '\'' || **text == '"') {
		if (!value->type)
			value->type = 's';
		return strchr("so", value->type) && read_string(text, value);
	}
	length = strcspn(*text, " \t\n,]");
	number = strspn(*text, "0123456789abcdefABCDEFx+-.") == length &&
		strpbrk(*text, "0123456789");
	snprintf(value->text, sizeof(value->text), "%.*s", (int)length, *text);
	*text += length;
	if (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0) {
		if (!value->type)
			value->type = 'b';
		return value->type == 'b';
	}
	if (!value->type)
		value->type = strchr(value->text, '.') ? 'd' : 'i';
	return number && length && length < sizeof(value->text) && !strchr("bso", value->type);
}

/* True if nothing but spaces follows. */
static bool is_end(const char *text)
{
	skip_spaces(&text);
	return !*text;
}

/* Adds an array: "['a', 'b']", whose first element tells the type, or "@as []" with the type. */
static bool add_array(struct properties *properties, const char *name, const char *text)
{
	autoproperties struct properties list = { 0 };
	char type[3] = "a";

	if (strncmp(text, "@a", 2) == 0 && text[2]) {
		type[1] = text[2];
		text += 3;
		skip_spaces(&text);
	}
	if (*text++ != '[')
		return false;
	for (skip_spaces(&text); *text != ']'; skip_spaces(&text)) {
		struct variant value;

		if (list.word_count && *text++ != ',')
			return false;
		if (!read_value(&text, &value))
			return false;
		if (!type[1])
			type[1] = value.type;
		property_add_word(&list, "%s", value.text);
	}
	property_add(properties, name, type, NULL);
	property_add_list(properties, list.word_count, &list);
	return type[1] && is_end(text + 1);
}

/* "TimeoutStopSec" is what a unit's file says; on the bus it is TimeoutStopUSec. */
static bool is_in_seconds(const char *name)
{
	size_t length = strlen(name);

	return length > 3 && strcmp(name + length - 3, "Sec") == 0 &&
		islower((unsigned char)name[length - 4]);
}

static bool add_seconds(struct properties *properties, const char *name, const char *text)
{
	struct variant value;
	char microseconds[128];
	double seconds;

	if (!read_value(&text, &value) || strchr("bso", value.type) || !is_end(text))
		return false;
	seconds = strtod(value.text, NULL);
	if (seconds < 0 || seconds > (double)(INT64_MAX / SECOND))
		return false;
	snprintf(microseconds, sizeof(microseconds), "%.*sUSec", (int)strlen(name) - 3, name);
	property_add(properties, microseconds, "t", NULL);
	property_add_word(properties, "%" PRIu64, (uint64_t)(seconds * SECOND));
	return true;
}

static bool add_value(struct properties *properties, const char *name, const char *text)
{
	struct variant value;
	char type[2] = "";

	if (!read_value(&text, &value) || !is_end(text))
		return false;
	type[0] = value.type;
	property_add(properties, name, type, value.text);
	return true;
}

static bool is_name(const char *name)
{
	size_t length = 0;

	while (isalpha((unsigned char)name[length]))
		length++;
	return length >= 3 && length < 100 && !name[length];
}

static bool add(struct properties *properties, const char *name, const char *text)
{
	skip_spaces(&text);
	if (*text == '[' || strncmp(text, "@a", 2) == 0)
		return add_array(properties, name, text);
	return is_in_seconds(name) ? add_seconds(properties, name, text)
				   : add_value(properties, name, text);
}

int property_add_annotations(struct properties *properties, const json_t *annotations)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)annotations, key, value)
	{
		const char *name = key + strlen(prefix);

		if (strncmp(key, prefix, strlen(prefix)) != 0)
			continue;
		if (!is_name(name))
			return fail_input("annotations.%s: must end in the name of a property",
					  key);
		if (!add(properties, name, json_string_value(value)))
			return fail_input("annotations.%s: must be a value as in \"uint64 5\", "
					  "\"'text'\", \"true\" or \"['a', 'b']\", not \"%s\"",
					  key, json_string_value(value));
	}
	return 0;
}
