/*
 * Chapter 6: network devices of the host that a container gets for itself.
 *
 * A device is moved with its global addresses, and is up afterwards. When the container's network
 * namespace ends, the kernel gives physical devices back to the host, under the name that they have
 * then, and removes virtual ones.
 *
 * Source: rtnetlink(7), network_namespaces(7); netDevices in config-linux.md of the OCI runtime
 * specification.
 */
#ifndef STEPS_NET_DEVICES_H
#define STEPS_NET_DEVICES_H

#include <stddef.h>

struct net_devices {
	struct net_device {
		const char *name; /* on the host */
		const char
			*inside; /* in the container; "eth%d": the first such name that is free */
	} * list;
	size_t count;
};

/*
 * On the host: checks that all devices are there and their new names are free, then moves them to
 * the network namespace of this descriptor. Returns 0 or -1.
 */
int net_devices_move(const struct net_devices *devices, int namespace);

#endif
