/*
 * Chapter 6: a container while it is made: what is wanted of it, and what each side holds.
 *
 * container_spawn.h makes a container of this structure. Article 2: libcontainer.Process.
 */
#ifndef STEPS_CONTAINER_H
#define STEPS_CONTAINER_H

#include "config.h"
#include "exec_fifo.h"
#include "mounts_cgroup.h"
#include "sd_notify.h"

struct container {
	struct config config; /* what is wanted */
	/* The host side fills these before the child is there: */
	struct child *child;	    /* in the child: its way to the host side */
	bool rootless;		    /* its maker is not root */
	bool loopback;		    /* the child makes its network namespace, and sets "lo" up */
	bool network_handed;	    /* the host side hands a network namespace over */
	struct mounts node_binds;   /* of device nodes: nodes.h */
	struct mounts_view view;    /* of the cgroups */
	struct exec_fifo exec_fifo; /* where the process waits for `start` */
	struct sd_notify sd_notify; /* what the command says to a service manager */
	/* The child fills these: */
	char *state;	      /* for hooks that run in the container: createContainer, */
	char *state_at_start; /* and startContainer */
	bool in_directory;    /* it has gone to the command's directory already */
};

#endif
