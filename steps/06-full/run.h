/*
 * Chapter 6: `step-06 run`, a container and its network for as long as one command runs.
 *
 * The functions of oci/ make the container itself. They know the network only as a namespace.
 *
 * Article 2: Container.Run.
 */
#ifndef STEPS_RUN_H
#define STEPS_RUN_H

#include "container.h"
#include "net.h"

struct run {
	struct container container;
	struct net net;
	int work; /* the directory work/ID of an image's container (running.h); 0: there is none */
};

/*
 * Makes the container, with the mounts and the devices that a container has by default, runs its
 * command, waits for its end, and takes away what was made. Returns the command's exit status,
 * 128+n after signal n, or -1.
 */
int run_container(struct run *run);

#endif
