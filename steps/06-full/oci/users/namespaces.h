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
#include <sys/types.h>

enum { NAMESPACE_KINDS = 8 };

#ifndef CLONE_NEWTIME /* <sched.h> of glibc before 2.36 */
#define CLONE_NEWTIME 0x00000080
#endif

/* Those of others, to be joined. */
struct joined {
	const char *paths[NAMESPACE_KINDS]; /* that lead to them, such as /proc/1/ns/net */
	int opened[NAMESPACE_KINDS];
	int pids; /* a PID namespace that is not ours, entered last (shared_pids.h); -1: none */
	const char *clocks; /* offsets for a new time namespace: "monotonic 10 0\n"; NULL: none */
};

/* The place of a kind ("pid", "network") in `paths`, and its flag; -1: there is none. */
int namespaces_by_name(const char *name);
uint64_t namespaces_flag(int kind);

/* Opens a namespace of a process, /proc/PID/ns/NAME. Returns a descriptor or -1. */
int namespaces_open_of(pid_t pid, const char *name);

/*
 * Opens all of them. The PID namespace is taken out of `paths`: `pids` has it, or it is ours, and
 * nobody need enter it. Returns 0 or -1 (one is no namespace, or of another kind).
 */
int namespaces_open(struct joined *joined);

/*
 * Enters them, but for `pids`. Of a time namespace only the caller's children will be members, so
 * the stage (stage.h) calls this. In a user namespace the caller becomes root. Returns 0 or -1.
 */
int namespaces_enter(const struct joined *joined);

/* In a user namespace that was entered: becomes its root. Returns 0 or -1. */
int namespaces_become_root(void);

/* Makes a new time namespace for our children, with those clocks. Returns 0 or -1. */
int namespaces_new_time(const struct joined *joined);

/* Whether one of that kind (CLONE_NEWNET) is joined. */
bool namespaces_join(const struct joined *joined, uint64_t flag);

#endif
