#include "semver.h"

#include <stddef.h>
#include <string.h>

#define DIGITS	"0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"

/* The end of a number that begins at `text`, without a zero before it; NULL: there is none. */
static const char *skip_number(const char *text)
{
	size_t length = strspn(text, DIGITS);

	return length == 0 || (length > 1 && *text == '0') ? NULL : text + length;
}

/* The end of a list of identifiers with dots between them; NULL: one of them is not valid. */
static const char *skip_identifiers(const char *text, bool no_leading_zeros)
{
	for (;; text++) {
		size_t length = strspn(text, DIGITS LETTERS);
		bool is_number = strspn(text, DIGITS) == length;

		if (length == 0 || (no_leading_zeros && is_number && !skip_number(text)))
			return NULL;
		text += length;
		if (*text != '.')
			return text;
	}
}

bool semver_is_valid(const char *version)
{
	const char *end = skip_number(version);

	for (int i = 0; end && i < 2; i++)
		end = *end == '.' ? skip_number(end + 1) : NULL;
	if (end && *end == '-')
		end = skip_identifiers(end + 1, true);
	if (end && *end == '+')
		end = skip_identifiers(end + 1, false);
	return end && !*end;
}
