#include "ids.h"

#include <string.h>

enum { DIGITS_MAX = 10 };

/* Reads the digits that `text` begins with, and moves behind them. */
static bool read_digits(const char **text, uint32_t most, uint32_t *id)
{
	size_t length = strspn(*text, "0123456789");
	uint64_t number = 0;

	if (length == 0 || length > DIGITS_MAX)
		return false;
	for (; length > 0; length--)
		number = 10 * number + (uint64_t)(*(*text)++ - '0');
	if (number > most)
		return false;
	*id = (uint32_t)number;
	return true;
}

bool ids_read(const char *text, uint32_t most, uint32_t *id)
{
	uint32_t number;

	if (!read_digits(&text, most, &number) || *text)
		return false;
	*id = number;
	return true;
}

bool ids_read_pair(const char *text, uint32_t most, uint32_t *first, uint32_t *second)
{
	uint32_t one, other;

	if (!read_digits(&text, most, &one) || *text != ':' || !ids_read(text + 1, most, &other))
		return false;
	*first = one;
	*second = other;
	return true;
}
