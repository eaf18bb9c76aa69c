/*
 * Chapter 5: the files of a cgroup.
 */
#ifndef STEPS_CGROUP_FILE_H
#define STEPS_CGROUP_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Writes to the file `name` of the cgroup whose directory is open. Returns 0 or -1. */
int cgroup_write(int directory, const char *name, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes as cgroup_write() does, without message and narration. Returns 0, or -1 with errno. */
int cgroup_try_write(int directory, const char *name, const char *text);

/* Returns true if the cgroup has that file. */
bool cgroup_has(int directory, const char *name);

/* Reads a file of the cgroup. Returns its text, which the caller frees, or NULL. */
char *cgroup_read(int directory, const char *name);

/*
 * Returns a number from a file: the number after `key`, which begins a line; if `key` is NULL, the
 * number at the beginning of the file. CGROUP_UNKNOWN: there is no such number.
 */
uint64_t cgroup_read_number(int directory, const char *name, const char *key);
#define CGROUP_UNKNOWN UINT64_MAX

#endif
