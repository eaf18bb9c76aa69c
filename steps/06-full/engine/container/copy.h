/*
 * Chapter 6, engine: copying between a container's files and the host's: `cp`, and COPY of `build`.
 *
 * In a container a path is looked up as if its root were "/": no link leads to the host.
 *
 * Source: docker-cp(1); openat2(2), RESOLVE_IN_ROOT.
 */
#ifndef STEPS_COPY_H
#define STEPS_COPY_H

#include <stdbool.h>

#include "copy_tree.h"

/* A place below an open root directory: the host's "/", or a container's. */
struct copy_place {
	int root;
	const char *path; /* the host's: from the working directory, unless absolute */
	bool is_host;
	const struct copy_filter *filter; /* of a source that is a directory; NULL: all is copied */
};

/*
 * Copies `source` to `target` by the rules of cp(1): into `target` if it is a directory, else with
 * the last component of `target` as the new name. A source that ends in "/.", or is "/", stands for
 * what is in the directory. A directory that is there already keeps its mode, owner and times.
 * `make_parents`: directories of `target` that are missing are made, and a `target` that ends in
 * "/" is one. `owner` as for copy_tree(). Returns 0 or -1.
 */
int copy(const struct copy_place *source, const struct copy_place *target, bool make_parents,
	 const struct copy_owner *owner);

#endif
