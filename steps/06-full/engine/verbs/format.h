/*
 * Chapter 6, engine: how sizes and times are shown in tables, as Docker shows them.
 */
#ifndef STEPS_FORMAT_H
#define STEPS_FORMAT_H

#include <stdint.h>
#include <stddef.h>

enum { FORMAT_SIZE = 32 };

/* "4.21MB": units of 1000. */
void format_bytes(uint64_t bytes, char text[FORMAT_SIZE]);

/* How long ago a time as in RFC 3339 was: "3 minutes ago". "": it is no time. */
void format_age(const char *time, char text[FORMAT_SIZE]);

/* Prints one line of a table, without characters that a terminal would obey. Returns 0 or -1. */
int format_row(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
