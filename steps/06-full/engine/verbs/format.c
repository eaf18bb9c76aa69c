#include "format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "fail.h"
#include "printable.h"

void format_bytes(uint64_t bytes, char text[FORMAT_SIZE])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1000;
		unit++;
	}
	snprintf(text, FORMAT_SIZE, "%.4g%s", value, units[unit]);
}

void format_age(const char *time_text, char text[FORMAT_SIZE])
{
	static const struct {
		long seconds;
		const char *name;
	} units[] = {
		{ 365 * 86400L, "year" }, { 30 * 86400L, "month" }, { 7 * 86400L, "week" },
		{ 86400, "day" },	  { 3600, "hour" },	    { 60, "minute" },
		{ 1, "second" },
	};
	struct tm utc = { 0 };
	size_t unit = 0;
	long age;

	*text = '\0';
	if (!time_text || !strptime(time_text, "%Y-%m-%dT%H:%M:%S", &utc))
		return;
	age = (long)(time(NULL) - timegm(&utc));
	if (age < 1)
		age = 1;
	while (age < units[unit].seconds)
		unit++;
	age /= units[unit].seconds;
	snprintf(text, FORMAT_SIZE, "%ld %s%s ago", age, units[unit].name, age == 1 ? "" : "s");
}

int format_row(const char *format, ...)
{
	autofree char *row = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&row, format, arguments);
	va_end(arguments);
	if (length < 0)
		return fail("vasprintf");
	printable_make(row);
	puts(row);
	return 0;
}
