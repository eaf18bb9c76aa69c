/*
 * Chapter 6: the root file system of a bundle, as config.json describes it.
 *
 * The steps before mount what a container needs. Here nothing is mounted but what is asked for.
 *
 * Source: OCI runtime specification, config.md, "Root" and "Mounts"; config-linux.md, "Default
 * Filesystems", "Default Devices" and "Dev symbolic links".
 */
#ifndef STEPS_BUNDLE_H
#define STEPS_BUNDLE_H

#include "container.h"

/* On the host, before the child is there: opens what is the host's. Returns 0 or -1. */
int bundle_open(struct container *container);

/* In the container: makes the root file system, complete, and enters it. Returns 0 or -1. */
int bundle_enter(struct container *container);

#endif
