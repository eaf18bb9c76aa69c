/*
 * Chapter 6: all settings of a container in one structure, made of the chapters' own structures.
 *
 * config.json fills it, one file for each part of it (a list is below); `step-06 run` fills it from
 * its options (run.c). The functions that make the container do not know which of the two has
 * filled it.
 *
 *     config.c            ociVersion, root, hostname, domainname, annotations
 *     config_process.c    process; its scheduler and the like: config_scheduling.c
 *     config_mounts.c     mounts
 *     config_linux.c      linux: namespaces, maps, paths, sysctl, ...
 *     config_rdt.c        linux.intelRdt; and config_net_devices.c, config_memory_policy.c
 *     config_devices.c    linux.devices, linux.resources.devices
 *     config_resources.c  linux.resources, the rest of it; blockIO: config_block_io.c
 *     config_seccomp.c    linux.seccomp
 *     config_hooks.c      hooks
 *
 * Every field of the specification does what it says, or is refused by its name. Properties that
 * the specification does not have are ignored, as the specification requires.
 *
 * Source: OCI runtime specification 1.2, config.md and config-linux.md. Article 2: configs.Config.
 */
#ifndef STEPS_CONFIG_H
#define STEPS_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "capabilities.h"
#include "cgroup.h"
#include "command.h"
#include "console.h"
#include "hooks.h"
#include "init.h"
#include "lsm.h"
#include "masked_paths.h"
#include "memory_policy.h"
#include "mounts.h"
#include "namespaces.h"
#include "net_devices.h"
#include "overlay.h"
#include "rdt.h"
#include "rlimits.h"
#include "rootfs.h"
#include "scheduling.h"
#include "seccomp_filter.h"
#include "sysctls.h"
#include "user.h"
#include "userns.h"
#include "uts.h"

struct config {
	/* Isolation: */
	uint64_t namespaces;   /* the new ones: CLONE_NEWUTS, ... */
	struct joined joined;  /* the namespaces of others */
	bool network_is_given; /* the host side connects and passes it: netns_hand_over() */
	struct userns userns;
	struct uts uts;
	struct sysctls sysctls;
	struct net_devices net_devices;
	/* The root file system: */
	struct rootfs rootfs;	/* run.c turns its `mounts` and `etc` into entries of `mounts` */
	struct overlay overlay; /* the layers; without some, rootfs.path is the directory */
	uint64_t propagation;	/* of the root: MS_SHARED | MS_REC, ...; 0: it is private */
	struct mounts mounts;
	struct masked_paths masked_paths;
	/* Limits: */
	struct cgroup cgroup;	 /* with the devices */
	const char *cgroup_path; /* NULL: the runtime chooses one */
	struct rdt rdt;
	/* The process: */
	struct command command;
	struct init init;
	struct console console;
	struct user user;
	struct capabilities capabilities;
	struct rlimits rlimits;
	struct seccomp seccomp;
	struct lsm lsm;
	struct scheduling scheduling;
	struct memory_policy memory_policy;
	bool no_new_privileges;
	bool has_personality;	   /* or else the runtime's stays: */
	unsigned long personality; /* for personality(2) */
	bool keep_keyring;	   /* no session keyring of its own */
	bool keep_cpus;		   /* stay on the caller's processors (taskset(1)) */
	bool workdir_by_root;	   /* root makes the working directory, and goes there first */
	bool engine_messages; /* look up the command first, with errors in runC's words; no init */
	unsigned int preserve_fds;  /* descriptors above standard error that the command inherits */
	unsigned int listen_fds;    /* the first ones of these are sockets of systemd's, */
	const char *listen_fdnames; /* with these names; NULL: they have none */
	struct hooks hooks;
	/* The origin of the configuration: */
	const char *text;   /* of its config.json; NULL: not read yet, or there is none */
	const char *bundle; /* its relative paths start here; NULL: the working directory */
	const char *oci_version;
	json_t *annotations; /* an object of texts, or NULL */
};

/* True if the container's users are not those of the runtime's namespace. */
bool config_has_users(const struct config *config);

/* True if the container has a namespace of that kind (CLONE_NEWNET) for itself, new or joined. */
bool config_has_namespace(const struct config *config, uint64_t flag);

/*
 * Reads a config.json, unless config->text is its text already. Relative paths in it are taken from
 * config->bundle, which is to be set before (NULL: the working directory). Returns 0, or -1: the
 * message names the places in the file and what was expected there,
 * "process.rlimits[2].type: unknown rlimit "RLIMIT_FOO"".
 */
int config_load(const char *path, struct config *config);

/*
 * Reads a file that has nothing but a process object, as `exec --process` gets it. Returns the
 * object, or NULL.
 */
json_t *config_read_process(const char *path);

/*
 * Uses the process `object` in the place of the container's own. Messages name `path`. Returns 0 or
 * -1.
 */
int config_set_process(json_t *object, const char *path, struct config *config);

/*
 * Reads a file ("-": standard input) that has nothing but a resources object, as `update` gets it;
 * or takes the object itself. They return 0 or -1.
 */
int config_load_resources(const char *path, struct limits *limits);
int config_set_resources(json_t *object, struct limits *limits);

/* Takes an object with an intelRdt, as in linux. Returns 0 or -1. */
int config_set_rdt(json_t *object, struct rdt *rdt);

#endif
