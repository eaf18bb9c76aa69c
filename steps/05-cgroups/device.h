/*
 * Chapter 5: which devices can be used.
 *
 * A device node alone gives no right to the device. The kernel asks the cgroup when a process makes
 * a node (m), and when it opens one for reading (r) or writing (w).
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
 * /dev/net/tun. The second article's containers may use it. Since runC 1.2, a container may use it
 * only if its configuration allows it.
 */
enum { TUN_MAJOR = 10, TUN_MINOR = 200 };

/*
 * A later rule counts more than an earlier one. On v1, a rule that denies can only undo a rule that
 * allows the same numbers. It cannot take away a part of these numbers. And 'a' on v1 means all
 * devices with all rights, whatever the numbers and the access say.
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
	bool required; /* chapter 6: if the rules cannot be enforced, do not start */
	struct device_node *nodes;
	size_t node_count;
};

/* Adds a rule, or a node. Returns 0 or -1. */
int device_add_rule(struct devices *devices, struct device_rule rule);
int device_add_node(struct devices *devices, struct device_node node);

/* Adds the second article's rules, which a container has by default. Returns 0 or -1. */
int device_add_defaults(struct devices *devices);

/* Takes the first rule with these numbers off the list, if there is one. */
void device_remove_rule(struct devices *devices, int major, int minor);

/* Makes the nodes below `root`, where /dev is mounted. Returns 0 or -1. */
int device_populate(const struct devices *devices, int root);

/*
 * Put the rules in force for a cgroup whose directory is open. Return 0 or -1. On v2
 * device_attach() does it, by a program that the kernel runs whenever a process asks for a device;
 * on v1 device_write(), by the files of the controller "devices".
 */
int device_attach(const struct devices *devices, int directory);
int device_write(const struct devices *devices, int directory);

#endif
