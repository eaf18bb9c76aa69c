/*
 * Chapter 6, engine: the files of a container as its processes see them, with volumes and mounts:
 * for `cp`.
 *
 * The files of a container that runs are in its own mount namespace: /proc/PID/root leads there. A
 * program of the container may change any path at any moment, so paths are looked up from that
 * descriptor alone (RESOLVE_IN_ROOT), no magic link is followed, and nothing of the container is
 * ever executed or loaded. Docker had to learn each (CVE-2018-15664, CVE-2019-14271).
 *
 * Of a container that has ended, the layers and its volumes are mounted once more, in a mount
 * namespace of this process.
 *
 * Source: docker-cp(1); proc_pid_root(5); openat2(2).
 */
#ifndef STEPS_REACH_H
#define STEPS_REACH_H

#include <stdbool.h>
#include <sys/types.h>

#include "record.h"

struct reach {
	int outside; /* of outside.h */
	int root;    /* the open root directory */
	uid_t uid;   /* of the container's root, as this process sees the owners of its files */
	gid_t gid;
	char *mounted; /* the place of a mount that reach_end() has to undo; NULL: there is none */
};

#define REACH_NONE                                                                                 \
	{                                                                                          \
		.root = -1                                                                         \
	}

#define autoreach __attribute__((cleanup(reach_end)))

/*
 * To be called before the store is opened: without root, that enters another user namespace.
 * Returns 0 or -1.
 */
int reach_begin(struct reach *reach);

/*
 * Opens the root of a container that runs. With users of its own, this process gets the ids of the
 * container's root for the files that it makes, and keeps its rights. Returns 1; 0: the container
 * does not run (any more); or -1.
 */
int reach_running(const struct record *record, struct reach *reach);

/*
 * Opens the root of a container that does not run. `is_writable`: the caller holds the container.
 * Returns 0 or -1.
 */
int reach_ended(const struct record *record, const struct image *image, bool is_writable,
		struct reach *reach);

void reach_end(struct reach *reach);

#endif
