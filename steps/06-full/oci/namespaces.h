/*
 * Chapter 6: the namespaces of a container, new ones and those of others.
 *
 * Source: namespaces(7), setns(2), time_namespaces(7); namespaces and timeOffsets of the OCI
 * runtime specification, config-linux.md. Article 2: Namespaces.
 */
#ifndef STEPS_NAMESPACES_H
#define STEPS_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAMESPACE_KINDS = 8 };

/* Those of others, to be joined. */
struct joined {
	const char *paths[NAMESPACE_KINDS]; /* that lead to them, such as /proc/1/ns/net */
};

/* The place of a kind ("pid", "network") in `paths`, and its flag; -1: there is none. */
int namespaces_by_name(const char *name);
uint64_t namespaces_flag(int kind);

/* Whether one of that kind (CLONE_NEWNET) is joined. */
bool namespaces_join(const struct joined *joined, uint64_t flag);

#endif
