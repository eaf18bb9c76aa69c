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

/*
 * Writes a number to the file of the cgroup and of the one that it is in: what is shared out counts
 * among sisters, and our inner cgroup has none. Returns 0 or -1.
 */
int cgroup_write_both(int directory, const char *name, uint64_t number);

/* As cgroup_write(), without a message and without narration: returns 0, or -1 with errno. */
int cgroup_try_write(int directory, const char *name, const char *text);

/* Whether the cgroup has that file. */
bool cgroup_has(int directory, const char *name);

/* Reads a file of the cgroup. Returns its text, which the caller frees, or NULL. */
char *cgroup_read(int directory, const char *name);

/*
 * Reads a number: the one that stands after `key` at the beginning of a line, or, if that is NULL,
 * at the beginning of the file. CGROUP_UNKNOWN: there is none.
 */
uint64_t cgroup_read_number(int directory, const char *name, const char *key);
#define CGROUP_UNKNOWN UINT64_MAX

#endif
