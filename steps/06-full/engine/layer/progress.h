/*
 * Chapter 6, engine: how far long work is. The process that works counts; the one that waits for it
 * (guard.h) prints on the terminal.
 */
#ifndef STEPS_PROGRESS_H
#define STEPS_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* From here on this process, and those that it forks, count into one number. Returns 0 or -1. */
int progress_begin(void);

/* Adds bytes that were read or written. Does nothing before progress_begin(). Any thread may call.
 */
void progress_add(size_t bytes);

/* The bytes so far. */
uint64_t progress_bytes(void);

#endif
