/*
 * Chapter 6: the namespaces of a container: new ones, and those of other processes.
 *
 * Source: namespaces(7), setns(2), time_namespaces(7); namespaces and timeOffsets of the OCI
 * runtime specification, config-linux.md. Article 2: Namespaces.
 */
#ifndef STEPS_NAMESPACES_H
#define STEPS_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { NAMESPACE_KINDS = 8 };

#ifndef CLONE_NEWTIME /* <sched.h> of glibc before 2.36 */
#define CLONE_NEWTIME 0x00000080
#endif

/* The namespaces of other processes, to be joined. */
struct joined {
	const char *paths[NAMESPACE_KINDS]; /* such as /proc/1/ns/net; NULL: not joined */
	int opened[NAMESPACE_KINDS];
	int pids;	    /* another PID namespace, entered last (shared_pids.h); -1: none */
	const char *clocks; /* offsets for a new time namespace: "monotonic 10 0\n"; NULL: none */
};

/* The index of a kind ("pid", "network") in `paths`, or -1; and the CLONE_* flag of that index. */
int namespaces_by_name(const char *name);
uint64_t namespaces_flag(int kind);

/*
 * Finds the namespaces of a process that the caller is not in: the kernel refuses to enter the user
 * namespace that the caller is in. Fills `found` with their CLONE_* flags. Returns 0 or -1.
 */
int namespaces_find_other(pid_t pid, uint64_t *found);

/* Opens a namespace of a process, /proc/PID/ns/NAME. Returns a descriptor or -1. */
int namespaces_open_of(pid_t pid, const char *name);

/*
 * Opens all of them. The PID namespace is taken out of `paths`: `pids` has it, unless it is the
 * caller's own, which need not be entered. Returns 0 or -1 (a path is no namespace, or one of
 * another kind).
 */
int namespaces_open(struct joined *joined);

/*
 * Enters them, but for `pids`. Of a time namespace only the caller's children will be members, so
 * the stage (stage.h) calls this. In a user namespace the caller becomes root. Returns 0 or -1.
 */
int namespaces_enter(const struct joined *joined);

/* In a user namespace that was entered: becomes its root. Returns 0 or -1. */
int namespaces_become_root(void);

/* Makes a new time namespace for the caller's children, with `clocks`. Returns 0 or -1. */
int namespaces_new_time(const struct joined *joined);

/* True if a namespace of that kind (CLONE_NEWNET) is joined. */
bool namespaces_join(const struct joined *joined, uint64_t flag);

#endif
