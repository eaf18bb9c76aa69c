#include "timestamp.h"

#include <stdio.h>

int timestamp_write(const struct timespec *time, char text[TIMESTAMP_SIZE])
{
	struct tm utc;
	size_t used;

	if (!gmtime_r(&time->tv_sec, &utc) || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
		return -1;
	used = strftime(text, TIMESTAMP_SIZE, "%FT%T", &utc);
	snprintf(text + used, TIMESTAMP_SIZE - used, ".%09ldZ", time->tv_nsec);
	return 0;
}
