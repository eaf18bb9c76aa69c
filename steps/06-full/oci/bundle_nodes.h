/*
 * Chapter 6: the device nodes of a bundle.
 *
 * In a user namespace nobody can make one: there the host's are bind mounted.
 */
#ifndef STEPS_BUNDLE_NODES_H
#define STEPS_BUNDLE_NODES_H

#include "container.h"

/* On the host: opens those that cannot be made inside. Returns 0 or -1. */
int bundle_nodes_open(struct container *container);

/* In the container, where all is mounted: makes the nodes, or shows the host's. Returns 0 or -1. */
int bundle_nodes_make(struct container *container, int root);

#endif
