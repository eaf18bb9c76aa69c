/*
 * Chapter 6, engine: images without root.
 *
 * The files of an image have many owners. So the engine enters a user namespace in which it is root
 * and in which the ids of /etc/subuid are the other users, with a mount namespace of its own, as
 * Podman does. All that it does from then on, it does as root there: unpacking, mounting, and
 * running containers, which share this user namespace.
 *
 * Source: user_namespaces(7), subuid(5), newuidmap(1); the kernel's overlayfs.rst, "User xattr".
 */
#ifndef STEPS_ROOTLESS_H
#define STEPS_ROOTLESS_H

/* Enters the namespaces, unless the process is root. Returns 0 or -1. */
int rootless_enter(void);

#endif
