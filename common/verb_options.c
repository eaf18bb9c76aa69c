/* verb.h: the reader of options. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "nearest.h"
#include "options.h"
#include "verb.h"

enum { MILLISECONDS_MAX = 1000000000 };

static bool is_named(const struct verb_option *option, const char *name, size_t length)
{
	if (length == 1 && *name == option->letter)
		return true;
	return strlen(option->name) == length && strncmp(option->name, name, length) == 0;
}

static int add_text(struct verb_texts *texts, const char *text)
{
	const char **grown = reallocarray(texts->list, texts->count + 2, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	texts->list = grown;
	grown[texts->count++] = text;
	grown[texts->count] = NULL;
	return 0;
}

static int read_number(const struct verb_option *option, const char *text, int64_t *number)
{
	uint64_t bytes;
	char *end;

	if (option->kind == VALUE_BYTES && options_read_bytes(text, &bytes)) {
		*number = (int64_t)bytes;
		return 0;
	}
	errno = 0;
	*number = strtoll(text, &end, 10);
	if (end == text || *end || errno)
		return fail_input("--%s %s: must be a number", option->name, text);
	return 0;
}

/* Reads a duration as Go writes it, since engines pass on what their users wrote. */
static int read_time(const struct verb_option *option, const char *text, int64_t *milliseconds)
{
	static const struct {
		const char *name;
		double length;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "", 1000 } };
	const char *rest = text;
	double sum = 0;

	do {
		size_t i = 0;
		char *end;
		double number = strtod(rest, &end);

		if (!isdigit((unsigned char)*rest) || !(number < MILLISECONDS_MAX))
			return fail_input("--%s %s: must be a time, as in 5s or 100ms",
					  option->name, text);
		while (strncmp(end, units[i].name, strlen(units[i].name)) != 0)
			i++;
		sum += number * units[i].length;
		rest = end + strlen(units[i].name);
	} while (*rest);
	*milliseconds = (int64_t)sum;
	return 0;
}

static int take(const struct verb_option *option, const char *text)
{
	switch (option->kind) {
	case VALUE_NONE:
		*(bool *)option->fills = !text || strcmp(text, "false") != 0;
		return 0;
	case VALUE_TEXT:
		*(const char **)option->fills = text;
		return 0;
	case VALUE_TEXTS:
		return add_text(option->fills, text);
	case VALUE_TIME:
		return read_time(option, text, option->fills);
	default:
		return read_number(option, text, option->fills);
	}
}

static int refuse_unknown(const char *reader, const struct verb_option *options, const char *word,
			  const char *name)
{
	struct nearest nearest;

	nearest_begin(&nearest, name);
	for (; options->name; options++)
		nearest_offer(&nearest, options->name);
	if (nearest.name)
		return fail_input("%s: unknown option %s; do you mean --%s?", reader, word,
				  nearest.name);
	return fail_input("%s: unknown option %s", reader, word);
}

static const struct verb_option *find_letter(const struct verb_option *options, char letter)
{
	while (options->name && options->letter != letter)
		options++;
	return options->name ? options : NULL;
}

/* True for "-ai": each is the letter of an option. Only the last one may take a value. */
static bool are_letters(const struct verb_option *options, const char *letters)
{
	for (; *letters; letters++) {
		const struct verb_option *option = find_letter(options, *letters);

		if (!option || (option->kind != VALUE_NONE && letters[1]))
			return false;
	}
	return true;
}

/* Sets the options of all letters but the last one, and returns that one's. */
static const struct verb_option *take_letters(const struct verb_option *options,
					      const char *letters)
{
	for (; letters[1]; letters++)
		*(bool *)find_letter(options, *letters)->fills = true;
	return find_letter(options, *letters);
}

/*
 * Reads one option, "--name", "--name=value" or "-n value"; `words` moves to its last word. A
 * message begins with the name of the reader: a verb, or "before the verb".
 */
static int read_option(const char *reader, const struct verb_option *options, char ***words)
{
	const char *word = **words, *name = word + (word[1] == '-' ? 2 : 1);
	const struct verb_option *option = options;
	size_t length = strcspn(name, "=");
	const char *value = name[length] ? name + length + 1 : NULL;

	while (option->name && !is_named(option, name, length))
		option++;
	if (!option->name && word[1] != '-' && are_letters(options, name))
		option = take_letters(options, name);
	else if (!option->name)
		return refuse_unknown(reader, options, word, name);
	if (!value && option->kind != VALUE_NONE) {
		value = *++*words;
		if (!value)
			return fail_input("%s: %s needs a value", reader, word);
	}
	return take(option, value);
}

void verb_print_options(const struct verb_option *options)
{
	for (; options->name; options++) {
		const char letter[] = { '-', options->letter, ',', ' ', '\0' };
		const char *argument = options->argument;
		char left[64];

		snprintf(left, sizeof(left), "%s--%s%s%s", options->letter ? letter : "",
			 options->name, argument ? "=" : "", argument ? argument : "");
		printf("  %-34s %s\n", left, options->help);
	}
}

static _Noreturn void print_help(const struct verb *verb, const struct verb_option *options)
{
	printf("Usage: %s [options] %s [options] %s\n%s\n\n", program_invocation_short_name,
	       verb->name, verb->operands, verb->about);
	verb_print_options(options);
	exit(fflush(stdout) == 0 ? 0 : 1);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-help") == 0 || strcmp(word, "-h") == 0;
}

char **verb_read(const struct verb *verb, const struct verb_option *options, char **words,
		 int least, int most)
{
	char **operands = ++words;
	int count = 0;

	for (; *words; words++) {
		if (strcmp(*words, "--") == 0) {
			words++;
			break;
		}
		if (**words != '-' || !(*words)[1]) {
			operands[count++] = *words;
			if (most >= 0)
				continue;
			words++;
			break;
		}
		if (is_help(*words))
			print_help(verb, options);
		if (read_option(verb->name, options, &words) < 0)
			return NULL;
	}
	while (*words)
		operands[count++] = *words++;
	operands[count] = NULL;
	if (count < least || (most >= 0 && count > most)) {
		fail_input("%s: takes %s", verb->name, verb->operands);
		return NULL;
	}
	return operands;
}

char **verb_read_global(const struct verb_option *options, char **words,
			void (*help)(const struct verb_option *options))
{
	static char help_word[] = "--help";

	for (; *words && **words == '-' && (*words)[1]; words++) {
		if (is_help(*words)) {
			help(options);
			exit(fflush(stdout) == 0 ? 0 : 1);
		}
		if (read_option("before the verb", options, &words) < 0)
			return NULL;
	}
	if (!*words || (strcmp(*words, "help") != 0 && strcmp(*words, "h") != 0))
		return words;
	if (!words[1]) {
		help(options);
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
	words[0] = words[1];
	words[1] = help_word;
	return words;
}
