/*
 * Chapter 4: a network namespace, made by the host side.
 *
 * The kernel needs as long for it as for all the others together. So the container does not wait
 * for it from its birth on: it makes its mounts meanwhile, and enters when the host side hands the
 * namespace over.
 *
 * Source: network_namespaces(7), setns(2).
 */
#ifndef STEPS_NETNS_H
#define STEPS_NETNS_H

/* netns_create(): there is no way back, so what is ours on the host is out of reach. */
enum { NETNS_STRANDED = -2 };

/*
 * Makes a network namespace whose loopback is up. Returns its descriptor; or -1; or NETNS_STRANDED,
 * which is a failure as well.
 */
int netns_create(void);

struct child; /* spawn.h */

/*
 * Hands it over to the child; one that has ended meanwhile, child_wait() deals with. Returns 0 or
 * -1.
 */
int netns_hand_over(int namespace, const struct child *child);

/* In the container: waits until the host side does so, and enters it. Returns 0 or -1. */
int netns_enter(const struct child *child);

#endif
