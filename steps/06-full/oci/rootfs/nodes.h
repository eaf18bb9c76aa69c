/*
 * Chapter 6: the device nodes of a container, and the links in its /dev.
 *
 * In a user namespace nobody can make a node. So the host side makes the nodes, with the owners
 * that the container knows, in a file system that nobody else sees, and they are bind mounted from
 * there; or, where the runtime is in a user namespace itself, the host's nodes are bind mounted.
 *
 * Source: config-linux.md of the OCI runtime specification, "Default Devices" and "Dev symbolic
 * links"; mount_namespaces(7), "Restrictions on mount namespaces".
 */
#ifndef STEPS_NODES_H
#define STEPS_NODES_H

#include "device.h"
#include "mounts.h"

/* Adds the default nodes whose paths the list does not have. Returns 0 or -1. */
int nodes_add_defaults(struct devices *devices);

/*
 * On the host, for a container in a user namespace: fills `binds` with bind mounts of the nodes.
 * Opens the host's nodes, or makes the container's in a tmpfs, mounts->files. `maps` has the
 * container's users, if its user namespace is a new one, or else is NULL. Returns 0 or -1.
 */
int nodes_open(struct mounts *binds, const struct devices *devices, const struct userns *maps,
	       struct mounts *mounts);

/*
 * In the container, after its `mounts` were made: attaches `binds`, and makes the nodes that are
 * not among them. Leaves out each node whose path one of the mounts has. Makes the links. Returns 0
 * or -1.
 */
int nodes_make(const struct devices *devices, const struct mounts *mounts, struct mounts *binds,
	       int root);

#endif
