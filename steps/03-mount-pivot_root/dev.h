/*
 * Chapter 3: the device files that every program expects.
 *
 * Source: mknod(2), null(4), full(4), random(4), tty(4), pts(4).
 * Article 2: configs.DefaultAutoCreatedDevices.
 */
#ifndef STEPS_DEV_H
#define STEPS_DEV_H

#include <sys/types.h>

/* The nodes and the links of every container's /dev. */
struct dev_node {
	const char *name;
	unsigned int major, minor;
};
struct dev_link {
	const char *name, *target;
};

enum { DEV_NODES = 6, DEV_LINKS = 5 };

extern const struct dev_node dev_nodes[DEV_NODES];
extern const struct dev_link dev_links[DEV_LINKS];

/* Makes the device node `name` in the open directory, with mode 0666. Returns 0 or -1. */
int dev_make_node(int directory, const char *name, mode_t type, dev_t device);

/*
 * Makes null, zero, full, random, urandom and tty in /dev below `root`, and the links ptmx, fd,
 * stdin, stdout and stderr. Returns 0 or -1.
 */
int dev_populate(int root);

#endif
