/* options.h: numbers of bytes. This file does not need argp, for programs without it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "options.h"

#define BYTES_MAX 0x1p62L

bool options_read_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "kmgtp";
	const char *rest = text + strspn(text, "0123456789.");
	const char *unit = *rest ? strchr(units, *rest | ' ') : NULL;
	char *end;
	long double number = strtold(text, &end);

	if (rest == text || end != rest)
		return false;
	if (unit) {
		number *= (long double)(UINT64_C(1) << 10 * (unit - units + 1));
		rest++;
		rest += (*rest | ' ') == 'i';
	}
	*bytes = number < BYTES_MAX ? (uint64_t)number : 0;
	return (!*rest || strcasecmp(rest, "b") == 0) && number < BYTES_MAX;
}
