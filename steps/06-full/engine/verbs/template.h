/*
 * Chapter 6, engine: `--format`. Of Go's templates, which Docker takes, only the fields are known
 * here: "{{.Config.Cmd}}", "{{json .State}}", "{{.}}", with text around them.
 *
 * Source: docker-inspect(1); Docker's "Format command and log output"; Go's text/template.
 */
#ifndef STEPS_TEMPLATE_H
#define STEPS_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

#define TEMPLATE_HELP                                                                              \
	"Print a table, json (an object a line), or fields: '{{.ID}} {{json .Labels}}'"

/* The option of `inspect`. */
#define TEMPLATE_OPTION(format)                                                                    \
	{                                                                                          \
		"format", 'f', "FORMAT", VALUE_TEXT, (format),                                     \
			"Print fields: '{{.State.Status}}', '{{json .Config}}'"                    \
	}

/* True if --format is "json" or "table". These are no templates. */
bool template_is_word(const char *format);

/*
 * Checks --format: "table", "json" or a template. `verb` is for the message. Returns 0 or -1.
 */
int template_check(const char *verb, const char *format);

/*
 * Prints a line: the template with the fields of the object, or, for "json", the object.
 * `has_escapes`: "\t" and "\n" stand for a tab and a newline, as in Docker's lists. Returns 0, or
 * -1: there is no such field.
 */
int template_print(const char *format, const json_t *object, bool has_escapes);

/*
 * Prints what `inspect` has found: for "json" the list, else a line for each object in it. Frees
 * the list. Returns 0 or -1.
 */
int template_print_list(const char *format, json_t *list);

#endif
