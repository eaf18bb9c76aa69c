/*
 * Chapter 5: which devices can be used.
 *
 * Making a node is no right to what it names: that is asked when the node is made (m), and when it
 * is opened for reading (r) or writing (w).
 *
 * Source: Documentation/admin-guide/cgroup-v1/devices.rst; cgroup-v2.rst, "Device controller".
 * Article 2: configs.DefaultAllowedDevices, AllowedDevices.
 */
#ifndef STEPS_DEVICE_H
#define STEPS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DEVICE_ALL = -1 };

/*
 * A later rule counts more than an earlier one; but v1 cannot take away a part of what one rule has
 * allowed: it goes by the same numbers.
 */
struct device_rule {
	bool allow;
	char type;	    /* 'c', 'b', or 'a': both */
	int major, minor;   /* DEVICE_ALL: any */
	const char *access; /* of "rwm" */
};

/* A node to be made. */
struct device_node {
	const char *path; /* in the container: "/dev/fuse" */
	mode_t mode;	  /* with the type, S_IFCHR or S_IFBLK */
	uid_t uid;
	gid_t gid;
	dev_t device;
};

struct devices {
	struct device_rule *rules;
	size_t rule_count;
	struct device_node *nodes;
	size_t node_count;
};

/* Each adds one. They return 0 or -1. */
int device_add_rule(struct devices *devices, struct device_rule rule);
int device_add_node(struct devices *devices, struct device_node node);

/* Adds the rules that a container has by default: those of the second article. Returns 0 or -1. */
int device_add_defaults(struct devices *devices);

/* Makes the nodes below `root`, where /dev is mounted. Returns 0 or -1. */
int device_populate(const struct devices *devices, int root);

/*
 * Puts the rules in force for a cgroup whose directory is open: on v2 by a program that the kernel
 * runs whenever a device is asked for, on v1 by the files of the controller "devices".
 * Returns 0 or -1.
 */
int device_attach(const struct devices *devices, int directory);
int device_write(const struct devices *devices, int directory);

#endif
