/*
 * Chapter 3: the device files that every program expects.
 *
 * Source: mknod(2), null(4), full(4), random(4), tty(4), pts(4).
 * Article 2: configs.DefaultAutoCreatedDevices.
 */
#ifndef STEPS_DEV_H
#define STEPS_DEV_H

#include <sys/types.h>

/* Makes the device node `name` in the open directory, with mode 0666. Returns 0 or -1. */
int dev_make_node(int directory, const char *name, mode_t type, dev_t device);

/*
 * Makes null, zero, full, random, urandom and tty in /dev below `root`, and the links ptmx, fd,
 * stdin, stdout and stderr. Returns 0 or -1.
 */
int dev_populate(int root);

/* Makes the links alone: the nodes may be bind mounts of the host's. Returns 0 or -1. */
int dev_link(int root);

#endif
