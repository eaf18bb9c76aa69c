/*
 * Chapter 6: the number of a user or a group, read from a text.
 *
 * All places where somebody writes one read it here: options, passwd(5), group(5), subuid(5). The
 * functions of libc would take " 5", "+5", "0x5" and, worst, "-1", which is 4294967295, which the
 * calls take for "leave it as it is": that is root.
 *
 * Source: user_namespaces(7), setresuid(2).
 */
#ifndef STEPS_IDS_H
#define STEPS_IDS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ID_MAX	    (UINT32_MAX - 1)	/* the greatest one that the kernel has */
#define USER_ID_MAX ((uint32_t)INT_MAX) /* the greatest one of a user, as Docker has it */

/*
 * Whether all of `text` is a number from 0 to `most`: decimal digits and nothing else. If not, *id
 * stays as it is.
 */
bool ids_read(const char *text, uint32_t most, uint32_t *id);

/* The same for "FIRST:SECOND". */
bool ids_read_pair(const char *text, uint32_t most, uint32_t *first, uint32_t *second);

#endif
