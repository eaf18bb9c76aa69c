/*
 * Chapter 6: the number of a user or a group, read from a text.
 *
 * These functions read the numbers in options, passwd(5), group(5) and subuid(5). The functions of
 * libc would accept " 5", "+5", "0x5" and, worst, "-1". The last one is 4294967295, which
 * setresuid(2) takes for "leave the id as it is", so the process would stay root.
 *
 * Source: user_namespaces(7), setresuid(2).
 */
#ifndef STEPS_IDS_H
#define STEPS_IDS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ID_MAX	    (UINT32_MAX - 1)	/* the kernel's greatest id */
#define USER_ID_MAX ((uint32_t)INT_MAX) /* the greatest id of a user, as in Docker */

/*
 * Fills *id and returns true if all of `text` is a number from 0 to `most`: decimal digits and
 * nothing else. Otherwise *id may have changed as well.
 */
bool ids_read(const char *text, uint32_t most, uint32_t *id);

/* The same for "FIRST:SECOND". */
bool ids_read_pair(const char *text, uint32_t most, uint32_t *first, uint32_t *second);

#endif
