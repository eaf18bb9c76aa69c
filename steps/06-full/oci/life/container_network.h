/*
 * Chapter 6: the network namespace of a container. The host side makes it while the container
 * mounts; with a user namespace, the container makes it itself.
 */
#ifndef STEPS_CONTAINER_NETWORK_H
#define STEPS_CONTAINER_NETWORK_H

#include "container.h"

/*
 * On the host side, before the first child_release(): moves the devices of linux.netDevices to a
 * network namespace that is there already. Returns 0 or -1.
 */
int container_move_devices(const struct container *container);

/*
 * On the host side, while the container mounts: makes its network namespace, moves the devices, and
 * hands the namespace over. Does nothing if the container has made or joined one. Returns 0 or -1.
 */
int container_hand_over_network(const struct container *container);

/*
 * In the container: enters the network namespace that the host side hands over, as soon as it is
 * needed: to mount a sysfs, to write a sysctl, to run a hook. Returns 0 or -1.
 */
int container_enter_network(struct container *container);

#endif
