#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "verbs.h"

enum { MILLISECONDS_MAX = 1000000000 };

static bool is_named(const struct verb_option *option, const char *name, size_t length)
{
	size_t first = strcspn(option->name, " ");
	const char *letter = option->name[first] ? option->name + first + 1 : "";

	return (first == length && strncmp(option->name, name, length) == 0) ||
		(*letter && length == 1 && *letter == *name);
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
	static const char units[] = "bkmg";
	const char *unit;
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	unit = *end ? strchr(units, *end | 0x20) : NULL;
	if (option->kind == VALUE_BYTES && unit && !end[1]) {
		*number <<= 10 * (unit - units);
		end++;
	}
	if (end == text || *end || errno)
		return fail_input("--%.*s %s: must be a number", (int)strcspn(option->name, " "),
				  option->name, text);
	return 0;
}

/* As Go writes durations, which engines hand on. */
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
		*(bool *)option->value = !text || strcmp(text, "false") != 0;
		return 0;
	case VALUE_TEXT:
		*(const char **)option->value = text;
		return 0;
	case VALUE_TEXTS:
		return add_text(option->value, text);
	case VALUE_TIME:
		return read_time(option, text, option->value);
	default:
		return read_number(option, text, option->value);
	}
}

/* One option, "--name", "--name=value" or "-n value"; `words` moves to the last word of it. */
static int read_option(const char *who, const struct verb_option *options, char ***words)
{
	const char *word = **words, *name = word + (word[1] == '-' ? 2 : 1);
	size_t length = strcspn(name, "=");
	const char *value = name[length] ? name + length + 1 : NULL;

	while (options->name && !is_named(options, name, length))
		options++;
	if (!options->name)
		return fail_input("%s: unknown option %s", who, word);
	if (!value && options->kind != VALUE_NONE) {
		value = *++*words;
		if (!value)
			return fail_input("%s: %s needs a value", who, word);
	}
	return take(options, value);
}

void verb_print_options(const struct verb_option *options)
{
	static const char *const values[] = { "", "=TEXT", "=NUMBER", "=BYTES", "=TIME", "=TEXT" };

	for (; options->name; options++) {
		size_t length = strcspn(options->name, " ");
		const char *letter = options->name + length;
		char left[64];

		snprintf(left, sizeof(left), "%s%s%s--%.*s%s", *letter ? "-" : "",
			 *letter ? letter + 1 : "", *letter ? ", " : "", (int)length, options->name,
			 values[options->kind]);
		printf("  %-34s %s\n", left, options->help);
	}
}

static _Noreturn void print_help(const struct verb *verb, const struct verb_option *options)
{
	printf("Usage: step-06-oci [options] %s [options] %s\n%s\n\n", verb->name, verb->operands,
	       verb->about);
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
	char **operands = words;
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
	for (; *words && **words == '-' && (*words)[1]; words++) {
		if (is_help(*words)) {
			help(options);
			exit(fflush(stdout) == 0 ? 0 : 1);
		}
		if (read_option("step-06-oci", options, &words) < 0)
			return NULL;
	}
	return words;
}
