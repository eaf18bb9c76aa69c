/*
 * Chapter 6: a container while it is made: its configuration, and what the host side and the child
 * hold.
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
	bool rootless;		    /* the runtime does not run as root */
	bool hosts_users;	    /* neither it nor the container is in a user namespace */
	bool network_handed;	    /* the host side hands a network namespace over */
	struct mounts node_binds;   /* of device nodes: nodes.h */
	struct mounts_view view;    /* of the cgroups */
	struct exec_fifo exec_fifo; /* where the process waits for `start` */
	struct sd_notify sd_notify; /* for the messages of the command to a service manager */
	/* The child fills these: */
	char *state;	      /* the JSON that createContainer hooks read */
	char *state_at_start; /* the JSON that startContainer hooks read */
	bool in_directory;    /* the child has entered the working directory already */
};

#endif
