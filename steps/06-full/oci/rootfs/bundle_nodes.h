/*
 * Chapter 6: the device nodes of a bundle.
 *
 * In a user namespace nobody can make one. So they are made on the host, with the owners that the
 * container knows, in a file system that nobody else sees, and bind mounted from there; or, where
 * we are in a user namespace ourselves, the host's are.
 */
#ifndef STEPS_BUNDLE_NODES_H
#define STEPS_BUNDLE_NODES_H

#include "container.h"

/* On the host: opens those that cannot be made inside. Returns 0 or -1. */
int bundle_nodes_open(struct container *container);

/* In the container, where all is mounted: makes the nodes, or shows those. Returns 0 or -1. */
int bundle_nodes_make(struct container *container, int root);

#endif
