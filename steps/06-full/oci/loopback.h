/*
 * Chapter 6: the one device that every new network namespace has, "lo".
 *
 * Chapter 4's net_configure() does it, too, and more, with a library; a runtime whose networks
 * others make needs this alone.
 *
 * Source: netdevice(7), SIOCSIFFLAGS. Article 2: Networks, "loopback".
 */
#ifndef STEPS_LOOPBACK_H
#define STEPS_LOOPBACK_H

/* Switches it on in the network namespace that we are in. Returns 0 or -1. */
int loopback_up(void);

#endif
