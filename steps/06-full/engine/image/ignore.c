#include "ignore.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

/* ---- Reading ---- */

/* Removes "/" at both ends, "./" and "//": what is left is compared with paths. */
static char *tidy(const char *text)
{
	char *result = calloc(1, strlen(text) + 2), *end = result;

	while (result && *text) {
		size_t length = strcspn(text, "/");

		if (length > 0 && !(length == 1 && *text == '.')) {
			if (end > result)
				*end++ = '/';
			end = mempcpy(end, text, length);
		}
		text += length + (text[length] == '/');
	}
	return result;
}

static int add(struct ignore *ignore, const char *line)
{
	struct ignore_pattern *grown =
		reallocarray(ignore->patterns, ignore->count + 1, sizeof(*grown));
	const bool is_exception = *line == '!';

	if (!grown)
		return fail("reallocarray");
	ignore->patterns = grown;
	grown[ignore->count].is_exception = is_exception;
	grown[ignore->count].text = tidy(line + is_exception + strspn(line + is_exception, " \t"));
	return grown[ignore->count++].text ? 0 : fail("calloc");
}

static int add_lines(struct ignore *ignore, char *text)
{
	for (char *line; (line = strsep(&text, "\n"));) {
		size_t length;

		if (*line == '#')
			continue;
		line += strspn(line, " \t\r");
		length = strlen(line);
		while (length > 0 && strchr(" \t\r", line[length - 1]))
			line[--length] = '\0';
		if (length > 0 && add(ignore, line) < 0)
			return -1;
	}
	return 0;
}

int ignore_read(int context, struct ignore *ignore)
{
	static const char *const names[] = { ".containerignore", ".dockerignore" };

	*ignore = (struct ignore){ 0 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autofree char *text = file_read_at(context, names[i]);

		if (text)
			return add_lines(ignore, text);
		if (errno != ENOENT)
			return fail("open %s", names[i]);
	}
	return 0;
}

/* ---- Comparing ---- */

/* The length of a pattern's part that stands for one character: "?", "[a-z]", "\*" or "a". */
static size_t one_length(const char *pattern)
{
	const char *end;

	if (*pattern == '\\' && pattern[1])
		return 2;
	if (*pattern != '[')
		return 1;
	end = strchr(pattern + 1 + (pattern[1] == '^' || pattern[1] == '!') + 1, ']');
	return end ? (size_t)(end + 1 - pattern) : 1;
}

static bool fits_one(const char *pattern, size_t length, char character)
{
	char one[] = { character, '\0' };
	autofree char *part = strndup(pattern, length);

	if (part && part[0] == '[' && part[1] == '^') /* Go's sign for "none of these" */
		part[1] = '!';
	return character && part && fnmatch(part, one, FNM_PATHNAME) == 0;
}

/*
 * True if the pattern fits the whole path: "*" is within one name, "**" is any number of names. If
 * `is_begin`, a beginning of the pattern is enough: something below the path may fit.
 */
static bool fits(const char *pattern, const char *path, bool is_begin)
{
	size_t length;

	if (!*path && is_begin && (*pattern == '/' || *pattern == '*'))
		return true;
	if (!*pattern)
		return !*path;
	if (strncmp(pattern, "**/", 3) == 0) {
		for (const char *rest = path; rest; rest = strchr(rest, '/'))
			if (fits(pattern + 3, rest += *rest == '/', is_begin))
				return true;
		return is_begin;
	}
	if (*pattern == '*') {
		const bool is_any = pattern[1] == '*';

		for (;; path++) {
			if (fits(pattern + 1 + is_any, path, is_begin))
				return true;
			if (!*path || (*path == '/' && !is_any))
				return is_any && is_begin;
		}
	}
	length = one_length(pattern);
	return fits_one(pattern, length, *path)
		? fits(pattern + length, path + 1, is_begin)
		: *pattern == '/' && *path == '/' && fits(pattern + 1, path + 1, is_begin);
}

/* A pattern that fits a directory fits all that is in it. */
static bool fits_or_above(const char *pattern, const char *path)
{
	autofree char *part = strdup(path);

	while (part && *part) {
		char *slash;

		if (fits(pattern, part, false))
			return true;
		slash = strrchr(part, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return false;
}

enum copy_choice ignore_choose(const void *data, const char *path)
{
	const struct ignore *ignore = data;
	autofree char *usual = tidy(path);
	enum copy_choice choice = COPY_TAKE;

	for (size_t i = 0; usual && i < ignore->count; i++) {
		const struct ignore_pattern *pattern = &ignore->patterns[i];

		if (fits_or_above(pattern->text, usual))
			choice = pattern->is_exception ? COPY_TAKE : COPY_LEAVE;
		else if (pattern->is_exception && choice == COPY_LEAVE &&
			 fits(pattern->text, usual, true))
			choice = COPY_LOOK;
	}
	return usual ? choice : COPY_LEAVE;
}
