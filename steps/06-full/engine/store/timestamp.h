/*
 * Chapter 6, engine: times as texts, "2026-11-29T17:20:00.000000000Z".
 *
 * Source: RFC 3339, which the OCI image specification wants.
 */
#ifndef STEPS_TIMESTAMP_H
#define STEPS_TIMESTAMP_H

#include <time.h>

enum { TIMESTAMP_SIZE = 64 };

/* Returns 0, or -1 without a message: the year does not have four digits. */
int timestamp_write(const struct timespec *time, char text[TIMESTAMP_SIZE]);

#endif
