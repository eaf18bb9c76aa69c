#include "change.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "fail.h"
#include "signal_name.h"

static const char spaces[] = " \t\r\n";

/* ---- Words ---- */

json_t *change_text(const char *text)
{
	json_t *result = json_string(text);

	if (!result)
		fail_input("text that is not UTF-8");
	return result;
}

/*
 * Copies the next word of `text`, until one of `ends`, to `word`. Returns what follows; NULL: a
 * quote is not closed.
 */
static const char *next_word(const char *text, const char *ends, char *word)
{
	char quote = '\0';

	for (; *text && (quote || !strchr(ends, *text)); text++) {
		if (*text == '\\' && quote != '\'' && text[1])
			*word++ = *++text;
		else if (quote && *text == quote)
			quote = '\0';
		else if (!quote && (*text == '"' || *text == '\''))
			quote = *text;
		else
			*word++ = *text;
	}
	*word = '\0';
	if (quote)
		fail_input("a quote is not closed");
	return quote ? NULL : text;
}

char *change_unquote(const char *text)
{
	char *word = malloc(strlen(text) + 1);

	if (!word)
		fail("malloc");
	else if (next_word(text, "", word))
		return word;
	free(word);
	return NULL;
}

static json_t *split(const char *text)
{
	autofree char *word = malloc(strlen(text) + 1);
	json_t *words = json_array();

	if (!word || !words) {
		fail("malloc");
		return NULL;
	}
	for (text += strspn(text, spaces); *text; text += strspn(text, spaces)) {
		text = next_word(text, spaces, word);
		if (!text || json_array_append_new(words, change_text(word)) < 0) {
			json_decref(words);
			return NULL;
		}
	}
	return words;
}

static bool is_texts(const json_t *list)
{
	size_t i;
	json_t *element;

	json_array_foreach(list, i, element)
	{
		if (!json_is_string(element))
			return false;
	}
	return json_is_array(list);
}

/* Returns the list, or NULL: the text is none. */
static json_t *read_list(const char *text)
{
	json_t *list = *text == '[' ? json_loads(text, 0, NULL) : NULL;

	if (list && is_texts(list))
		return list;
	json_decref(list);
	return NULL;
}

json_t *change_words(const char *text)
{
	json_t *list = read_list(text);

	if (list || *text != '[')
		return list ? list : split(text);
	fail_input("%s: must be a list of texts, [\"a\", \"b\"]", text);
	return NULL;
}

json_t *change_command(const char *text)
{
	json_t *list = read_list(text);

	return list ? list : json_pack("[sss]", "/bin/sh", "-c", text);
}

/* ---- Instructions ---- */

typedef int apply(json_t *config, const char *key, const char *text);

static int set_command(json_t *config, const char *key, const char *text)
{
	return json_object_set_new(config, key, change_command(text));
}

static int set_text(json_t *config, const char *key, const char *text)
{
	autofree char *value = change_unquote(text);

	return value ? json_object_set_new(config, key, change_text(value)) : -1;
}

static int set_workdir(json_t *config, const char *key, const char *text)
{
	const char *before = json_string_value(json_object_get(config, key));
	bool is_root = !before || strcmp(before, "/") == 0;
	autofree char *value = change_unquote(text), *path = NULL;

	if (!value)
		return -1;
	if (asprintf(&path, "%s%s%s", is_root || *value == '/' ? "" : before,
		     *value == '/' ? "" : "/", value) < 0)
		return fail("asprintf");
	return json_object_set_new(config, key, change_text(path));
}

/* The object or the list at `key`, which is made if it is not there. */
static json_t *get(json_t *config, const char *key, json_t *none)
{
	json_t *found = json_object_get(config, key);

	if (json_typeof(none) == (found ? json_typeof(found) : JSON_NULL)) {
		json_decref(none);
		return found;
	}
	json_object_set_new(config, key, none);
	return none;
}

static int set_variable(json_t *list, const char *variable)
{
	size_t length = strcspn(variable, "=") + 1;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *other = json_string_value(json_array_get(list, i));

		if (other && strncmp(other, variable, length) == 0)
			return json_array_set_new(list, i, change_text(variable));
	}
	return json_array_append_new(list, change_text(variable));
}

/* The old form, NAME VALUE, is one pair, whatever the value has in it. */
static json_t *old_pair(const char *text)
{
	size_t length = strcspn(text, spaces);
	const char *begin = text + length + strspn(text + length, spaces);
	autofree char *value = change_unquote(begin), *pair = NULL;

	if (!*begin || !value) {
		if (value)
			fail_input("\"%s\" must be NAME=VALUE", text);
		return NULL;
	}
	if (asprintf(&pair, "%.*s=%s", (int)length, text, value) < 0) {
		fail("asprintf");
		return NULL;
	}
	return json_pack("[o]", change_text(pair));
}

/* NAME=VALUE ..., or the old form NAME VALUE with one variable. */
static int add_pairs(json_t *config, const char *key, const char *text)
{
	json_t *words = split(text), *word;
	const char *first = json_string_value(json_array_get(words, 0));
	bool is_list = strcmp(key, "Env") == 0;
	json_t *place = get(config, key, is_list ? json_array() : json_object());
	int result = 0;
	size_t i;

	if (first && !strchr(first, '=')) {
		json_decref(words);
		words = old_pair(text);
	}
	if (!json_array_size(words))
		return -1;
	json_array_foreach(words, i, word)
	{
		const char *pair = json_string_value(word), *equals = strchr(pair, '=');

		if (!equals || equals == pair)
			return fail_input("\"%s\" must be NAME=VALUE", pair);
		if (is_list)
			result |= set_variable(place, pair);
		else
			result |= json_object_setn_new(place, pair, (size_t)(equals - pair),
						       change_text(equals + 1));
	}
	json_decref(words);
	return result;
}

/* Returns what follows a port, or NULL. */
static const char *skip_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	return isdigit((unsigned char)*text) && port > 0 && port < 65536 ? end : NULL;
}

/* PORT or PORT-PORT, and perhaps /tcp, /udp or /sctp. */
static bool is_port(const char *text)
{
	const char *end = skip_port(text);

	if (end && *end == '-')
		end = skip_port(end + 1);
	return end &&
		(!*end || strcmp(end, "/tcp") == 0 || strcmp(end, "/udp") == 0 ||
		 strcmp(end, "/sctp") == 0);
}

static int add_port(json_t *place, const char *name)
{
	autofree char *port = NULL;

	if (!is_port(name))
		return fail_input("%s: must be PORT or PORT/tcp", name);
	if (asprintf(&port, "%s%s", name, strchr(name, '/') ? "" : "/tcp") < 0)
		return fail("asprintf");
	return json_object_set_new(place, port, json_object());
}

static int add_ports(json_t *config, const char *key, const char *text)
{
	json_t *place = get(config, key, json_object()), *words = change_words(text), *word;
	int result = words ? 0 : -1;
	size_t i;

	json_array_foreach(words, i, word)
	{
		if (result == 0)
			result = add_port(place, json_string_value(word));
	}
	json_decref(words);
	return result;
}

static int add_volumes(json_t *config, const char *key, const char *text)
{
	json_t *place = get(config, key, json_object()), *words = change_words(text), *word;
	int result = words ? 0 : -1;
	size_t i;

	json_array_foreach(words, i, word)
	{
		if (*json_string_value(word) != '/')
			result = fail_input("%s: a volume is a path that begins with /",
					    json_string_value(word));
		else if (result == 0)
			result = json_object_set_new(place, json_string_value(word), json_object());
	}
	json_decref(words);
	return result;
}

static int set_signal(json_t *config, const char *key, const char *text)
{
	autofree char *name = change_unquote(text);

	if (!name || signal_name_read(name) <= 0)
		return fail_input("%s: no signal", text);
	return set_text(config, key, text);
}

static const struct {
	const char *word, *key;
	apply *apply;
} instructions[] = {
	{ "CMD", "Cmd", set_command },
	{ "ENTRYPOINT", "Entrypoint", set_command },
	{ "ENV", "Env", add_pairs },
	{ "LABEL", "Labels", add_pairs },
	{ "EXPOSE", "ExposedPorts", add_ports },
	{ "VOLUME", "Volumes", add_volumes },
	{ "USER", "User", set_text },
	{ "STOPSIGNAL", "StopSignal", set_signal },
	{ "WORKDIR", "WorkingDir", set_workdir },
};

enum { INSTRUCTIONS = sizeof(instructions) / sizeof(instructions[0]) };

/* Returns the number of the instruction at the beginning of `text`, or INSTRUCTIONS. */
static size_t find(const char *text)
{
	size_t length = strcspn(text, spaces), i = 0;

	while (i < INSTRUCTIONS &&
	       (strlen(instructions[i].word) != length ||
		strncasecmp(instructions[i].word, text, length) != 0))
		i++;
	return i;
}

bool change_is_known(const char *word)
{
	return find(word) < INSTRUCTIONS;
}

/* The command that a base image had for its entry point is of no use for another one. */
static void note_command(json_t *config, const char *key, bool *has_command)
{
	if (strcmp(key, "Entrypoint") == 0 && !*has_command)
		json_object_del(config, "Cmd");
	*has_command |= strcmp(key, "Cmd") == 0;
}

int change_apply(json_t *configuration, const char *instruction, bool *has_command)
{
	const char *text = instruction + strspn(instruction, spaces);
	size_t number = find(text);
	json_t *config = get(configuration, "config", json_object());

	text += strcspn(text, spaces);
	text += strspn(text, spaces);
	if (number == INSTRUCTIONS)
		return fail_input("%s: unknown instruction; there are CMD, ENTRYPOINT, ENV, LABEL, "
				  "EXPOSE, VOLUME, USER, STOPSIGNAL, WORKDIR",
				  instruction);
	if (*text && instructions[number].apply(config, instructions[number].key, text) == 0) {
		note_command(config, instructions[number].key, has_command);
		return 0;
	}
	if (!*fail_get()->text)
		fail_input(*text ? "text that is not UTF-8" : "the value is missing");
	return fail_at("%s", instruction);
}
