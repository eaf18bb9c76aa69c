#include "variables.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"

/* Returns NULL if there is no such variable. */
static const char *value_of(const json_t *variables, const char *name, size_t length)
{
	autofree char *copy = strndup(name, length);

	return copy ? json_string_value(json_object_get(variables, copy)) : NULL;
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

/* The kind of text in which variables are replaced. */
enum place {
	IN_WORDS,    /* with quotes and backslashes, which stay */
	IN_LIST,     /* a text of a JSON list, whose quotes are JSON's */
	IN_DOCUMENT, /* quotes are text, and a backslash keeps the character after it */
};

static void write_value(const char *value, enum place place, FILE *out)
{
	for (; value && *value; value++) {
		if (place == IN_WORDS && strchr(" \t\r\n\"'\\", *value))
			fputc('\\', out);
		fputc(*value, out);
	}
}

static int expand(const char *text, const json_t *variables, enum place place, FILE *out);

/* Returns the length up to the brace that closes, or to the end. Braces may stand in braces. */
static size_t braces_length(const char *text)
{
	size_t i = 0;

	for (int depth = 1; text[i]; i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '$' && text[i + 1] == '{')
			depth++;
		else if (text[i] == '}' && --depth == 0)
			break;
	}
	return i;
}

/* Writes the value of what stands in braces. Returns what follows, or NULL. */
static const char *expand_braces(const char *text, const json_t *variables, enum place place,
				 FILE *out)
{
	const size_t name = name_length(text), length = braces_length(text);
	const char *value = value_of(variables, text, name);
	const bool has_colon = text[name] == ':';
	const bool counts = value && (*value || !has_colon);
	const char sign = text[name + has_colon];
	const size_t begin = name + has_colon + 1;
	autofree char *word = NULL;

	if (!name || text[length] != '}' || (text[name] != '}' && sign != '-' && sign != '+')) {
		fail_input("${%.*s: must be ${NAME}, ${NAME:-DEFAULT} or ${NAME:+TEXT}",
			   (int)length, text);
		return NULL;
	}
	if (text[name] == '}' || (sign == '-' && counts))
		write_value(value, place, out);
	else if ((sign == '-') != counts) {
		word = strndup(text + begin, length - begin);
		if (!word)
			fail("strndup");
		if (!word || expand(word, variables, place, out) < 0)
			return NULL;
	}
	return text + length + 1;
}

/* Writes what begins with "$". Returns what follows, or NULL. */
static const char *expand_dollar(const char *text, const json_t *variables, enum place place,
				 FILE *out)
{
	size_t length = name_length(text + 1);

	if (text[1] == '{')
		return expand_braces(text + 2, variables, place, out);
	if (length)
		write_value(value_of(variables, text + 1, length), place, out);
	else
		fputc('$', out);
	return text + 1 + length;
}

static int expand(const char *text, const json_t *variables, enum place place, FILE *out)
{
	char quote = '\0';

	while (text && *text) {
		if (*text == '$' && quote != '\'') {
			text = expand_dollar(text, variables, place, out);
			continue;
		}
		if (*text == '\\' && text[1] && quote != '\'') {
			if (place == IN_WORDS || (place == IN_LIST && text[1] != '$'))
				fputc('\\', out);
			text++;
		} else if (place == IN_WORDS && quote && *text == quote) {
			quote = '\0';
		} else if (place == IN_WORDS && !quote && (*text == '"' || *text == '\'')) {
			quote = *text;
		}
		fputc(*text++, out);
	}
	return text ? 0 : -1;
}

/* Returns a text that the caller frees, or NULL. */
static char *expand_text(const char *text, const json_t *variables, enum place place)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	int expanded;

	if (!out) {
		fail("open_memstream");
		return NULL;
	}
	expanded = expand(text, variables, place, out);
	fclose(out);
	if (expanded == 0)
		return result;
	free(result);
	return NULL;
}

/* Replaces the variables in each text of a list. Returns the list as a text, or NULL. */
static char *expand_list(const json_t *list, const json_t *variables)
{
	json_t *expanded = json_array(), *element;
	char *result = NULL;
	size_t i;

	json_array_foreach(list, i, element)
	{
		autofree char *text = json_is_string(element)
			? expand_text(json_string_value(element), variables, IN_LIST)
			: NULL;

		if (!text && json_is_string(element))
			break;
		json_array_append_new(expanded, text ? json_string(text) : json_incref(element));
	}
	if (json_array_size(expanded) == json_array_size(list))
		result = json_dumps(expanded, JSON_COMPACT);
	json_decref(expanded);
	return result;
}

char *variables_replace(const char *text, const json_t *variables)
{
	json_t *list = *text == '[' ? json_loads(text, 0, NULL) : NULL;
	char *result = json_is_array(list) ? expand_list(list, variables)
					   : expand_text(text, variables, IN_WORDS);

	json_decref(list);
	return result;
}

char *variables_replace_in_document(const char *text, const json_t *variables)
{
	return expand_text(text, variables, IN_DOCUMENT);
}
