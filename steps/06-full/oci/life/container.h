/*
 * Chapter 6: a complete container, composed of what the chapters before can do.
 *
 * One structure says all that is wanted, and the functions here make a container of it. The
 * structure is the sum of the chapters' own. The command line of `step-06 run` fills it (run.h), or
 * config.json does (config.h), for a container that is created and started by the verbs of
 * step-06-oci.
 *
 * Source: OCI runtime specification, config.md and config-linux.md.
 * Article 2: configs.Config, libcontainer.Process, Container.Run.
 */
#ifndef STEPS_CONTAINER_H
#define STEPS_CONTAINER_H

#include <jansson.h>

#include "capabilities.h"
#include "cgroup.h"
#include "command.h"
#include "console.h"
#include "seccomp_filter.h"
#include "exec_fifo.h"
#include "hooks.h"
#include "init.h"
#include "lsm.h"
#include "memory_policy.h"
#include "mounts.h"
#include "mounts_cgroup.h"
#include "namespaces.h"
#include "net.h"
#include "net_devices.h"
#include "sd_notify.h"
#include "masked_paths.h"
#include "rdt.h"
#include "rlimits.h"
#include "rootfs.h"
#include "scheduling.h"
#include "sysctls.h"
#include "user.h"
#include "userns.h"
#include "uts.h"

struct container {
	uint64_t namespaces; /* the new ones: CLONE_NEWUTS, ... */
	bool loopback;	     /* "lo" of the new network namespace is for itself to set up */
	bool network_handed; /* the host side hands its network namespace over */
	bool oci;	     /* a bundle's, with the rules of OCI runtimes: bundle.h, process.h */
	struct uts uts;
	struct init init;
	struct rootfs rootfs;
	struct net net;
	struct userns userns;
	struct cgroup cgroup;
	struct masked_paths masked_paths;
	struct user user;
	struct rlimits rlimits;
	struct capabilities capabilities;
	struct seccomp seccomp;
	bool no_new_privileges;
	struct console console;
	struct command command;
	/* What the verbs of step-06-oci say: */
	struct exec_fifo exec_fifo; /* where the process waits for `start` */
	unsigned int preserve_fds;  /* descriptors above standard error that the command inherits */
	unsigned int listen_fds;    /* the first ones of these are sockets of systemd's, */
	const char *listen_fdnames; /* with these names; NULL: they have none */
	char *state;		    /* for hooks that run in the container: createContainer, */
	char *state_at_start;	    /* and startContainer */
	struct sd_notify sd_notify; /* what the command says to a service manager */
	bool rootless;		    /* who makes it is not root */
	bool in_directory;	    /* it has gone to the command's directory already */
	/* What config.json alone can say (config.h): */
	const char *config; /* the text of its config.json; NULL: not read yet */
	const char *bundle; /* the directory that its relative paths start from; NULL: ours */
	const char *oci_version;
	const char *cgroup_path; /* NULL: one of our choice */
	struct joined joined;
	struct mounts mounts;
	struct mounts node_binds; /* of devices of the host: bundle_nodes.h */
	struct mounts_view view;  /* of the cgroups */
	struct rdt rdt;
	struct scheduling scheduling;
	struct memory_policy memory_policy;
	struct net_devices net_devices;
	struct lsm lsm;
	struct sysctls sysctls;
	uint64_t propagation;	   /* of the root: MS_SHARED | MS_REC, ...; 0: it is private */
	bool has_personality;	   /* or else ours stays: */
	unsigned long personality; /* for personality(2) */
	bool keep_keyring;	   /* no session keyring of its own */
	struct hooks hooks;
	json_t *annotations; /* an object of texts, or NULL */
	/* Its first process; for that process itself: its way to the host side. */
	struct child *child;
};

/*
 * On the host, before the child is there: prepares what it will need. Returns 0 or -1. What has to
 * be undone, the structure's own parts undo (autocgroup, autochild).
 */
int container_prepare(struct container *container, struct child *child);

/* True if the container's users are not those of the runtime's namespace. */
bool container_has_users(const struct container *container);

/* Whether `create` stops between the namespaces and the new root, for hooks. */
bool container_has_hooks(const struct container *container);

/*
 * In the container, before its root is entered: lets the host side run its hooks, and runs those
 * of the container. Returns 0 or -1.
 */
int container_run_hooks(struct container *container);

/* In the container: keeps the state for its hooks, with the pid that we have. Returns 0 or -1. */
int container_set_state(struct container *container, const char *text);

/* Starts the first process, which waits for child_release(). Returns 0 or -1. */
int container_spawn(struct container *container);

/*
 * On the host side, before child_release(): moves the devices of linux.netDevices to a network
 * namespace that is there already. Returns 0 or -1.
 */
int container_move_devices(const struct container *container);

/*
 * On the host side, while the container mounts: makes its network namespace, moves the devices, and
 * hands it over. Nothing, if the container has made or joined one. Returns 0 or -1.
 */
int container_hand_over_network(const struct container *container);

/*
 * In the container: enters the network namespace that the host side hands over, as soon as it is
 * needed: to mount a sysfs, to write a sysctl, to run a hook. Returns 0 or -1.
 */
int container_enter_network(struct container *container);

/*
 * In the container, whose namespaces and root have been entered: becomes the command, after it has
 * lowered its rights. Returns only on failure: -1.
 */
int container_execute(struct container *container);

#endif
